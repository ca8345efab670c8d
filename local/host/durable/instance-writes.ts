/** The two writes that several transactions of the store share. Neither is a transaction by itself. */
import type { DatabaseSync } from 'node:sqlite';
import type { ExecutionStarted, HistoryEvent } from './history.ts';
import { instanceQueries } from './instance-queries.ts';
import { isTerminal, type RuntimeStatus } from './status.ts';

export function instanceWrites(database: DatabaseSync) {
  const insert = database.prepare('INSERT INTO inbox(instance, execution, event, due_at) VALUES(?, ?, ?, ?)');
  const clearHistory = database.prepare('DELETE FROM history WHERE instance = ?');
  const create = database.prepare(
    `INSERT OR REPLACE INTO instances(id, execution, name, status, input, output, custom_status, created_at, updated_at)
     VALUES(?, ?, ?, 'Pending', ?, NULL, NULL, ?, ?)`,
  );
  const instances = instanceQueries(database);

  /** Without an execution id the message is for whatever generation there is. Due at once when no time is given. */
  function send(instanceId: string, executionId: string | null, event: HistoryEvent, dueAtMs = 0): void {
    insert.run(instanceId, executionId, JSON.stringify(event), dueAtMs);
  }

  return {
    send,
    /** Replaces an instance that has ended. Answers the status of one that has not, and changes nothing. */
    startInstance(started: ExecutionStarted, nowMs: number): RuntimeStatus | undefined {
      const { InstanceId: id, ExecutionId: execution } = started.OrchestrationInstance;
      const existing = instances.one(id);
      if (existing && !isTerminal(existing.status)) return existing.status;
      clearHistory.run(id);
      create.run(id, execution, started.Name, started.Input, nowMs, nowMs);
      send(id, execution, started);
      return undefined;
    },
  };
}
