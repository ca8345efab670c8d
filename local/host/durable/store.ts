/**
 * What the durable engine remembers: instances, their histories, their inboxes and the activities still to be run.
 *
 * Each method that writes is one transaction, so that at every moment the file says exactly what is done and what is still to do.
 * The store knows nothing of Functions or HTTP and decides nothing but what has to be decided inside of a transaction.
 */
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { integer, text, textOrNull, transact } from './database.ts';
import { episodeStore, type ScheduledActivity } from './episode-store.ts';
import type { ExecutionStarted, HistoryEvent } from './history.ts';
import { instanceQueries, type InstanceFilter } from './instance-queries.ts';
import { instanceWrites } from './instance-writes.ts';
import { isTerminal, type RuntimeStatus } from './status.ts';

/** A message for an instance. With an execution id it is only for that generation of the instance. */
export interface Message {
  seq: number;
  executionId: string | null;
  event: HistoryEvent;
}

export interface QueuedActivity extends ScheduledActivity {
  seq: number;
}

export type Store = ReturnType<typeof createStore>;

export function createStore(database: DatabaseSync) {
  const sql = (statement: string) => database.prepare(statement);
  const forget = sql('DELETE FROM inbox WHERE seq = ?');
  const messages = sql('SELECT seq, execution, event FROM inbox WHERE instance = ? AND due_at <= ? ORDER BY seq');
  const due = sql('SELECT instance FROM inbox WHERE due_at <= ? GROUP BY instance ORDER BY MIN(seq)');
  const nextDue = sql('SELECT MIN(due_at) AS due_at FROM inbox WHERE due_at > ?');
  const history = sql('SELECT event FROM history WHERE instance = ? ORDER BY seq');
  const queued = sql('SELECT * FROM activities ORDER BY seq LIMIT ?');
  const dequeue = sql('DELETE FROM activities WHERE seq = ?');
  const purge = [
    sql('DELETE FROM instances WHERE id = ?'),
    ...['history', 'inbox', 'activities'].map((table) => sql(`DELETE FROM ${table} WHERE instance = ?`)),
  ];
  const instances = instanceQueries(database);
  const { send, startInstance } = instanceWrites(database);

  return {
    instance: instances.one,
    list: (filter: InstanceFilter) => instances.list(filter),

    history: (instanceId: string): HistoryEvent[] => history.all(instanceId).map(({ event }) => toEvent(event)),

    messages: (instanceId: string, nowMs: number): Message[] =>
      messages.all(instanceId, nowMs).map((row) => ({
        seq: integer(row['seq']),
        executionId: textOrNull(row['execution']),
        event: toEvent(row['event']),
      })),

    instancesDue: (nowMs: number): string[] => due.all(nowMs).map(({ instance }) => text(instance)),

    nextDueAt(nowMs: number): number | undefined {
      const at = nextDue.get(nowMs)?.['due_at'];
      return typeof at === 'number' ? at : undefined;
    },

    queuedActivities: (limit: number): QueuedActivity[] => queued.all(limit).map(toActivity),

    /** Replaces an instance that has ended. Answers the status of one that has not, and changes nothing. */
    createInstance: (started: ExecutionStarted, nowMs: number): RuntimeStatus | undefined =>
      transact(database, () => startInstance(started, nowMs)),

    /** Answers whether the instance is there and still takes messages; if not, nothing is sent. */
    sendToLive(instanceId: string, event: HistoryEvent): 'sent' | 'ended' | 'unknown' {
      return transact(database, () => {
        const instance = instances.one(instanceId);
        if (!instance) return 'unknown';
        if (isTerminal(instance.status)) return 'ended';
        send(instanceId, null, event);
        return 'sent';
      });
    },

    dropMessages(seqs: number[]): void {
      transact(database, () => seqs.forEach((seq) => forget.run(seq)));
    },

    /** A result counts once: a second one for the same activity finds its row gone and changes nothing. */
    commitActivity({ seq, instanceId, executionId }: QueuedActivity, result: HistoryEvent): void {
      transact(database, () => {
        if (dequeue.run(seq).changes > 0) send(instanceId, executionId, result);
      });
    },

    commitEpisode: episodeStore(database),

    /** Answers whether there was an instance that has ended; one that has not stays. */
    purge(instanceId: string): boolean {
      return transact(database, () => {
        const instance = instances.one(instanceId);
        if (!instance || !isTerminal(instance.status)) return false;
        for (const statement of purge) statement.run(instanceId);
        return true;
      });
    },
  };
}

/** Events are only ever written by this host, from typed values. */
const toEvent = (value: SQLOutputValue | undefined): HistoryEvent => JSON.parse(text(value)) as HistoryEvent;

const toActivity = (row: Record<string, SQLOutputValue>): QueuedActivity => ({
  seq: integer(row['seq']),
  instanceId: text(row['instance']),
  executionId: text(row['execution']),
  taskId: integer(row['task_id']),
  name: text(row['name']),
  input: text(row['input']),
});
