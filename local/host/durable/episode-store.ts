/**
 * Everything one episode changes, written in one transaction: what it took, what it found out, and what others get from it.
 *
 * Either all of it is there after a crash or nothing is, and then the episode is run again from the same messages.
 */
import type { DatabaseSync } from 'node:sqlite';
import { integer, text, transact } from './database.ts';
import type { ExecutionStarted, HistoryEvent } from './history.ts';
import { instanceWrites } from './instance-writes.ts';
import { isTerminal, type RuntimeStatus } from './status.ts';

export interface ScheduledActivity {
  instanceId: string;
  executionId: string;
  taskId: number;
  name: string;
  /** JSON text. */
  input: string;
}

export interface EpisodeCommit {
  instanceId: string;
  executionId: string;
  atMs: number;
  /** Inbox rows that the episode has dealt with. */
  consumed: number[];
  /** Position of the first appended event. */
  historyLength: number;
  appended: HistoryEvent[];
  activities: ScheduledActivity[];
  timers: { event: HistoryEvent; dueAtMs: number }[];
  /** Sub-orchestrations. */
  starts: ExecutionStarted[];
  /** For other instances. */
  messages: { instanceId: string; executionId: string; event: HistoryEvent }[];
  status: RuntimeStatus;
  output: string | null;
  customStatus: string | null;
  /** Continue as new: the history is thrown away, and the next generation starts with these messages before all others. */
  next?: { executionId: string; input: string | null; messages: HistoryEvent[] };
}

/** Answers the ids of sub-orchestrations that were not started, because an instance of that id has not ended yet. */
export function episodeStore(database: DatabaseSync): (commit: EpisodeCommit) => string[] {
  const sql = (statement: string) => database.prepare(statement);
  const forget = sql('DELETE FROM inbox WHERE seq = ?');
  const clearInbox = sql('DELETE FROM inbox WHERE instance = ?');
  const clearHistory = sql('DELETE FROM history WHERE instance = ?');
  const unbound = sql('SELECT event, due_at FROM inbox WHERE instance = ? AND execution IS NULL ORDER BY seq');
  const resend = sql('INSERT INTO inbox(instance, execution, event, due_at) VALUES(?, NULL, ?, ?)');
  const append = sql('INSERT INTO history(instance, seq, event) VALUES(?, ?, ?)');
  const setInput = sql('UPDATE instances SET input = ? WHERE id = ?');
  const enqueue = sql('INSERT INTO activities(instance, execution, task_id, name, input) VALUES(?, ?, ?, ?, ?)');
  const update = sql(
    'UPDATE instances SET execution = ?, status = ?, output = ?, custom_status = ?, updated_at = ? WHERE id = ?',
  );
  const { send, startInstance } = instanceWrites(database);

  /** Messages that came in meanwhile go behind those of the next generation; what was only for the last one is forgotten. */
  function startNextGeneration(id: string, next: NonNullable<EpisodeCommit['next']>): void {
    clearHistory.run(id);
    setInput.run(next.input, id);
    const later = unbound.all(id);
    clearInbox.run(id);
    next.messages.forEach((event) => send(id, next.executionId, event));
    later.forEach((row) => resend.run(id, text(row['event']), integer(row['due_at'])));
  }

  return (commit) =>
    transact(database, () => {
      const { instanceId: id, executionId, next, status, output, customStatus, atMs } = commit;
      commit.consumed.forEach((seq) => forget.run(seq));
      commit.activities.forEach((one) => enqueue.run(id, executionId, one.taskId, one.name, one.input));
      update.run(next?.executionId ?? executionId, status, output, customStatus, atMs, id);
      if (next) {
        startNextGeneration(id, next);
      } else {
        if (isTerminal(status)) clearInbox.run(id);
        else commit.timers.forEach(({ event, dueAtMs }) => send(id, executionId, event, dueAtMs));
        commit.appended.forEach((event, index) => append.run(id, commit.historyLength + index, JSON.stringify(event)));
      }
      commit.messages.forEach((one) => send(one.instanceId, one.executionId, one.event));
      return commit.starts
        .filter((started) => startInstance(started, atMs) !== undefined)
        .map((started) => started.OrchestrationInstance.InstanceId);
    });
}
