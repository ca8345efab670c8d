import { expect, test } from 'vitest';
import type { Action } from '../../../local/host/durable/actions.ts';
import { common, EventType, executionStarted, type HistoryEvent } from '../../../local/host/durable/history.ts';
import { replay } from '../../../local/host/durable/replayer.ts';

const AT = Date.parse('2026-03-02T10:00:00.000Z');
const at = (ms: number) => new Date(AT + ms).toISOString();

const begun = (ms = 0): HistoryEvent => ({ ...common(AT + ms), EventType: EventType.OrchestratorStarted });
const started: HistoryEvent = executionStarted({ instanceId: 'i', executionId: 'e', name: 'story', input: null }, AT);
const scheduled = (id: number, Name: string): HistoryEvent => ({
  ...common(AT, id),
  EventType: EventType.TaskScheduled,
  Name,
  Version: '',
  Input: null,
});
const completed = (id: number): HistoryEvent => ({
  ...common(AT),
  EventType: EventType.TaskCompleted,
  TaskScheduledId: id,
  Result: null,
});
const failed = (id: number): HistoryEvent => ({
  ...common(AT),
  EventType: EventType.TaskFailed,
  TaskScheduledId: id,
  Reason: 'no',
  Details: '',
  FailureDetails: null,
});

const call = (functionName: string): Action => ({ actionType: 0, functionName, input: { n: 1 } });
const run = (actions: Action[], history: HistoryEvent[], isDone = false) =>
  replay({
    history: [begun(), started, ...history],
    answer: { actions, isDone },
    activities: ['one', 'two'],
    orchestrators: ['child'],
  });

test('schedules what the history does not know yet, in the order of the actions', () => {
  const { decisions, outcome } = run([{ actionType: 12, compoundActions: [call('one'), call('two')] }], []);

  expect(decisions).toEqual([
    { kind: 'activity', id: 0, name: 'one', input: { n: 1 } },
    { kind: 'activity', id: 1, name: 'two', input: { n: 1 } },
  ]);
  expect(outcome).toEqual({ kind: 'running' });
});

test('schedules nothing a second time', () => {
  const { decisions } = run([call('one'), call('two')], [scheduled(0, 'one')]);

  expect(decisions).toEqual([]);
});

test('ignores a second result, and a result that nobody asked for', () => {
  const history = [scheduled(0, 'one'), completed(0), completed(0), failed(0), completed(7)];

  const { decisions, outcome } = run([call('one'), call('two')], history);

  expect(decisions).toEqual([{ kind: 'activity', id: 1, name: 'two', input: { n: 1 } }]);
  expect(outcome).toEqual({ kind: 'running' });
});

test('waits for all of a group, even after one has failed', () => {
  const group: Action = { actionType: 12, compoundActions: [call('one'), call('two')] };
  const history = [scheduled(0, 'one'), scheduled(1, 'two'), failed(0)];

  expect(run([group, call('one')], history).decisions).toEqual([]);
  expect(run([group, call('one')], [...history, completed(1)]).decisions).toHaveLength(1);
});

test('counts an id for the timer after every failure of a retry, even the last', () => {
  const retryOptions = { firstRetryIntervalInMilliseconds: 1_000, maxNumberOfAttempts: 1 };
  const retried: Action = { actionType: 1, functionName: 'one', retryOptions };
  const fired: HistoryEvent = { ...common(AT), EventType: EventType.TimerFired, TimerId: 1, FireAt: at(0) };
  const created: HistoryEvent = { ...common(AT, 1), EventType: EventType.TimerCreated, FireAt: at(0) };

  const afterFailure = run([retried, call('two')], [scheduled(0, 'one'), failed(0)]);
  const afterTimer = run([retried, call('two')], [scheduled(0, 'one'), failed(0), created, fired]);

  expect(afterFailure.decisions).toEqual([{ kind: 'timer', id: 1, fireAtMs: AT }]);
  expect(afterTimer.decisions).toMatchObject([{ id: 2, name: 'two' }]);
});

test('does not end while something is open, whatever the code has returned', () => {
  const history = [scheduled(0, 'one')];
  const any: Action = { actionType: 11, compoundActions: [call('one'), { actionType: 6, externalEventName: 'go' }] };
  const raised: HistoryEvent = { ...common(AT), EventType: EventType.EventRaised, Name: 'go', Input: null };

  expect(run([any], [...history, raised], true).outcome).toEqual({ kind: 'running' });
  expect(run([any], [...history, raised, completed(0)], true).outcome).toMatchObject({ kind: 'completed' });
});

test.each<[string, Action[], HistoryEvent[], string]>([
  [
    'is not scheduled any more',
    [],
    [scheduled(0, 'one')],
    "scheduled activity 'one' as number 0, which this replay has not",
  ],
  [
    'has another name',
    [call('two')],
    [scheduled(0, 'one')],
    "scheduled activity 'one' as number 0, this replay scheduled activity 'two'",
  ],
  [
    'is of another kind',
    [{ actionType: 5, fireAt: at(9), isCanceled: false }],
    [scheduled(0, 'one')],
    "scheduled activity 'one' as number 0, this replay scheduled a timer",
  ],
])('finds non-determinism when something %s, and acts on nothing', (_what, actions, history, text) => {
  const { decisions, outcome } = run(actions, history);

  expect(outcome).toMatchObject({ kind: 'failed', error: expect.stringContaining(text) as string });
  expect(decisions).toEqual([]);
});

test('fails for an activity that the app lacks, and names those it has', () => {
  expect(run([call('three')], []).outcome).toEqual({
    kind: 'failed',
    error: "The function 'three' doesn't exist or is not an activity. The activities are: 'one', 'two'.",
  });
});

test('fails for what it does not run, and says where it runs', () => {
  const { outcome } = run([{ actionType: 'refused', name: 'callEntity' }], []);

  expect(outcome).toEqual({
    kind: 'failed',
    error: 'callEntity is not supported by this local host; Functions Core Tools (`func start`) runs it',
  });
});

test('drops events that were buffered before continuing as new, and carries those that come after', () => {
  const raised = (Name: string): HistoryEvent => ({
    ...common(AT),
    EventType: EventType.EventRaised,
    Name,
    Input: null,
  });
  const actions: Action[] = [
    { actionType: 6, externalEventName: 'go' },
    { actionType: 4, input: { n: 2 } },
  ];

  const { outcome } = run(actions, [raised('early'), raised('go'), raised('late')], true);

  expect(outcome).toEqual({ kind: 'continuedAsNew', input: { n: 2 }, carried: [raised('late')] });
});
