import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../../local/host/durable/database.ts';
import { common, EventType, executionStarted, type HistoryEvent } from '../../../local/host/durable/history.ts';
import type { EpisodeCommit } from '../../../local/host/durable/episode-store.ts';
import { createStore, type Store } from '../../../local/host/durable/store.ts';

const AT = Date.parse('2026-03-02T10:00:00.000Z');

function newStore(): Store {
  const database = openDatabase(':memory:');
  onTestFinished(() => database.close());
  return createStore(database);
}

const create = (store: Store, instanceId: string, executionId = 'first') =>
  store.createInstance(executionStarted({ instanceId, executionId, name: 'story', input: null }, AT), AT);

const commit = (instanceId: string, changes: Partial<EpisodeCommit>): EpisodeCommit => ({
  instanceId,
  executionId: 'first',
  atMs: AT,
  consumed: [],
  historyLength: 0,
  appended: [],
  activities: [],
  timers: [],
  starts: [],
  messages: [],
  status: 'Running',
  output: null,
  customStatus: null,
  ...changes,
});

const raised = (Name: string): HistoryEvent => ({ ...common(AT), EventType: EventType.EventRaised, Name, Input: null });
const names = (store: Store, id: string) =>
  store.messages(id, AT).map(({ event }) => ('Name' in event ? event.Name : event.EventType));

test('counts the result of an activity once, however often it comes', () => {
  const store = newStore();
  create(store, 'i');
  const activity = { instanceId: 'i', executionId: 'first', taskId: 0, name: 'work', input: '[null]' };
  store.commitEpisode(commit('i', { consumed: store.messages('i', AT).map(({ seq }) => seq), activities: [activity] }));
  const [queued] = store.queuedActivities(10);
  if (!queued) throw new Error('nothing is queued');
  const result: HistoryEvent = {
    ...common(AT),
    EventType: EventType.TaskCompleted,
    TaskScheduledId: 0,
    Result: '"first"',
  };

  store.commitActivity(queued, result);
  store.commitActivity(queued, { ...result, Result: '"second"' });

  expect(store.messages('i', AT).map(({ event }) => event)).toEqual([result]);
  expect(store.queuedActivities(10)).toEqual([]);
});

test('puts the messages of the next generation before those that came in meanwhile', () => {
  const store = newStore();
  create(store, 'i');
  const consumed = store.messages('i', AT).map(({ seq }) => seq);
  store.sendToLive('i', raised('meanwhile'));
  const started = executionStarted({ instanceId: 'i', executionId: 'next', name: 'story', input: null }, AT);

  const next = { executionId: 'next', input: null, messages: [started, raised('carried')] };
  store.commitEpisode(commit('i', { consumed, next }));

  expect(names(store, 'i')).toEqual(['story', 'carried', 'meanwhile']);
  expect(store.history('i')).toEqual([]);
});

test('keeps a timer back until it is due, and forgets it with its instance', () => {
  const store = newStore();
  create(store, 'i');
  const timer: HistoryEvent = { ...common(AT), EventType: EventType.TimerFired, TimerId: 0, FireAt: '' };
  store.commitEpisode(
    commit('i', {
      consumed: store.messages('i', AT).map(({ seq }) => seq),
      timers: [{ event: timer, dueAtMs: AT + 5 }],
    }),
  );

  expect([store.instancesDue(AT), store.nextDueAt(AT)]).toEqual([[], AT + 5]);
  expect(store.instancesDue(AT + 5)).toEqual(['i']);
  store.commitEpisode(commit('i', { status: 'Completed' }));
  expect(store.instancesDue(AT + 5)).toEqual([]);
});

test('changes nothing when a transaction fails half way', () => {
  const store = newStore();
  create(store, 'i');
  const event: HistoryEvent = { ...common(AT), EventType: EventType.OrchestratorStarted };
  store.commitEpisode(commit('i', { appended: [event] }));

  // The position is taken, so the last statement of this commit is refused.
  expect(() => store.commitEpisode(commit('i', { appended: [event], output: '"lost"' }))).toThrow('UNIQUE');

  expect(store.instance('i')?.output).toBeNull();
  expect(store.history('i')).toEqual([event]);
});

test('purges only what has ended', () => {
  const store = newStore();
  create(store, 'i');

  expect(store.purge('i')).toBe(false);
  store.commitEpisode(commit('i', { status: 'Failed' }));
  expect(store.purge('i')).toBe(true);

  expect(store.instance('i')).toBeUndefined();
});

test('filters by time, status and beginning of the id', () => {
  const store = newStore();
  for (const id of ['a-1', 'a-2', 'b_1', 'b%1']) create(store, id);
  store.commitEpisode(commit('a-2', { status: 'Completed' }));
  const ids = (filter: Parameters<Store['list']>[0]) => store.list(filter).map(({ id }) => id);

  expect(ids({ idPrefix: 'a-' })).toEqual(['a-1', 'a-2']);
  expect(ids({ idPrefix: 'b%' })).toEqual(['b%1']);
  expect(ids({ statuses: ['Completed', 'Failed'] })).toEqual(['a-2']);
  expect(ids({ createdFromMs: AT + 1 })).toEqual([]);
  expect(ids({ createdToMs: AT, limit: 1, offset: 1 })).toEqual(['a-2']);
});
