/**
 * One episode of an instance: takes its messages, asks the orchestrator, replays the answer, and says in one commit what follows.
 *
 * Running it twice is harmless, since nothing outside of the commit changes. A terminated instance ends without its code being asked,
 * so that code which is broken cannot keep it alive. One whose code is gone fails, as under Azure.
 */
import type { FunctionApp } from '../app/function-app.ts';
import type { Invoker } from '../app/invoker.ts';
import type { Clock } from '../../clock.ts';
import type { Log } from '../log.ts';
import { consequences, type EpisodeResult } from './episode-commit.ts';
import { common, EventType, startOf, type HistoryEvent } from './history.ts';
import { jsonText } from './json-text.ts';
import { askOrchestrator } from './orchestrator-protocol.ts';
import { replay, type Replay } from './replayer.ts';
import { isTerminal } from './status.ts';
import type { InstanceRow } from './instance-queries.ts';
import type { EpisodeCommit } from './episode-store.ts';
import type { Message, Store } from './store.ts';
import { missingFunction } from './task-checks.ts';
import { episodeTraps } from './traps.ts';

export interface EpisodeHost {
  store: Store;
  app: FunctionApp;
  invoker: Invoker;
  clock: Clock;
  log: Log;
}

/** Answers the commit to make, or `undefined` when the messages were of no use and are gone. */
export async function runEpisode(instanceId: string, host: EpisodeHost): Promise<EpisodeCommit | undefined> {
  const { store, clock } = host;
  const instance = store.instance(instanceId);
  const messages = store.messages(instanceId, clock.now());
  const consumed = messages.map(({ seq }) => seq);
  const past = store.history(instanceId).map((event): HistoryEvent => ({ ...event, IsPlayed: true }));
  const fresh = instance && !isTerminal(instance.status) ? admissible(messages, instance, past) : [];
  if (!instance || fresh.length === 0) {
    store.dropMessages(consumed);
    return undefined;
  }
  const begun: HistoryEvent[] = [
    { ...common(episodeTime(fresh, clock.now())), EventType: EventType.OrchestratorStarted },
    ...fresh,
  ];
  const history = [...past, ...begun];
  const result = await decide(instance, history, host);
  const parent = startOf(history)?.ParentInstance ?? null;
  return {
    instanceId,
    executionId: instance.executionId,
    atMs: clock.now(),
    consumed,
    historyLength: past.length,
    ...consequences({ instance, parent, begun, result, nowMs: clock.now() }),
  };
}

/** Drops what is meant for another generation, and a second start. The start comes first, whatever came in before it. */
function admissible(messages: Message[], instance: InstanceRow, past: HistoryEvent[]): HistoryEvent[] {
  const events = messages
    .filter(({ executionId }) => executionId === null || executionId === instance.executionId)
    .map(({ event }) => event);
  const [start] = past.length === 0 ? events.filter(({ EventType: type }) => type === EventType.ExecutionStarted) : [];
  const others = events.filter(({ EventType: type }) => type !== EventType.ExecutionStarted);
  if (past.length > 0) return others;
  return start ? [start, ...others] : [];
}

/** An orchestration's time never lies before the timer that woke it. */
const episodeTime = (fresh: HistoryEvent[], nowMs: number): number =>
  Math.max(nowMs, ...fresh.map((event) => (event.EventType === EventType.TimerFired ? Date.parse(event.FireAt) : 0)));

async function decide(
  instance: InstanceRow,
  history: HistoryEvent[],
  { app, invoker, log }: EpisodeHost,
): Promise<EpisodeResult> {
  const { id: instanceId, name: functionName } = instance;
  const terminated = history.find((event) => event.EventType === EventType.ExecutionTerminated);
  const untouched = { decisions: [], nextId: Math.max(...history.map(({ EventId }) => EventId)) + 1 };
  if (terminated) {
    return {
      ...untouched,
      outcome: { kind: 'terminated', reason: terminated.Input },
      customStatus: instance.customStatus,
    };
  }
  const namesOf = (trigger: string) => app.triggeredBy(trigger).map(({ name }) => name);
  const orchestrators = namesOf('orchestrationTrigger');
  const gone = missingFunction(functionName, 'orchestrator', orchestrators);
  if (gone !== undefined) {
    log({ level: 'error', functionName, message: `${instanceId} failed: ${gone}` });
    return { ...untouched, outcome: { kind: 'failed', error: gone }, customStatus: instance.customStatus };
  }
  const asked = await askOrchestrator(invoker, { functionName, instanceId, history });
  if (asked.kind === 'broken') {
    return { ...untouched, outcome: { kind: 'failed', error: asked.message }, customStatus: instance.customStatus };
  }
  const replayed: Replay = replay({
    history,
    answer: asked.answer,
    activities: namesOf('activityTrigger'),
    orchestrators,
  });
  const { outcome } = replayed;
  // What the orchestrator itself threw was logged when it was invoked.
  if (outcome.kind === 'failed' && outcome.error !== asked.answer.error) {
    log({ level: 'error', functionName, message: `${instanceId} failed: ${outcome.error}` });
  }
  const customStatus = jsonText(asked.customStatus);
  for (const trap of episodeTraps(asked.answer.actions, replayed, customStatus)) {
    log({ level: 'warning', functionName, message: `${instanceId}: ${trap}` });
  }
  return { ...replayed, customStatus };
}
