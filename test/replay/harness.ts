/**
 * Plays stories against fake activities, in memory and with a clock that only the test moves.
 *
 * Each `play` starts from nothing: its own functions, its own history, the same date. Inside of a story, clocks, chance and I/O throw.
 * `everyPrefixReplays` is the test for determinism that every story should end with.
 */
import assert from 'node:assert/strict';
import type { DatabaseSync } from 'node:sqlite';
import * as df from 'durable-functions';
import type { OrchestrationHandler } from 'durable-functions';
import { virtualClock, type VirtualClock } from '../../local/clock.ts';
import { createInvoker } from '../../local/host/app/invoker.ts';
import type { FunctionApp } from '../../local/host/app/function-app.ts';
import { installShim } from '../../local/host/app/shim.ts';
import { createDurable } from '../../local/host/create-durable.ts';
import type { Durable, InstanceStatus } from '../../local/host/durable/durable.ts';
import { startOf, type HistoryEvent } from '../../local/host/durable/history.ts';
import { askOrchestrator } from '../../local/host/durable/orchestrator-protocol.ts';
import { replay } from '../../local/host/durable/replayer.ts';
import type { LogEntry } from '../../local/host/log.ts';
import { withoutChance } from './forbid.ts';

export const START = Date.parse('2026-01-05T08:00:00.000Z');

export interface Script {
  stories: Record<string, OrchestrationHandler>;
  /** Fakes by name; what they throw is an activity that fails. */
  activities: Record<string, (input: never) => unknown>;
  /** A file or an open one, to go on after `close` as after a crash. In memory when absent. */
  database?: string | DatabaseSync;
  clock?: VirtualClock;
}

export interface Play {
  durable: Durable;
  clock: VirtualClock;
  /** Every activity that ran, in order. */
  calls: { name: string; input: unknown }[];
  log: LogEntry[];
  /** Starts an instance and lets it go as far as it can without time passing. */
  start(story: string, instanceId: string, input?: unknown): Promise<void>;
  /** Lets time pass, waking on the way what falls due and letting it finish. */
  pass(ms: number): Promise<void>;
  /** Throws when there is no such instance. */
  status(instanceId: string): InstanceStatus;
  history(instanceId: string): HistoryEvent[];
  /** The history of every generation that ran in this play, oldest first; the host itself keeps only the last after `continueAsNew`. */
  generations(instanceId: string): HistoryEvent[][];
  /** Gives every prefix of a history to its story again, and throws unless each answers the same actions, or fewer. */
  everyPrefixReplays(history: HistoryEvent[]): Promise<void>;
  /** The same for all generations of an instance. */
  everyGenerationReplays(instanceId: string): Promise<void>;
  /** `graceMs`: so long it waits for what runs; with 0 it dies like a process that is killed. */
  close(options?: { graceMs?: number }): Promise<void>;
}

export function play({ stories, activities, database = ':memory:', clock = virtualClock(START) }: Script): Play {
  const shim = installShim();
  const app = shim.newApp();
  const calls: Play['calls'] = [];
  const log: LogEntry[] = [];
  for (const [name, story] of Object.entries(stories)) df.app.orchestration(name, trapped(story));
  for (const [name, activity] of Object.entries(activities)) {
    df.app.activity(name, {
      handler: async (input: unknown) => {
        calls.push({ name, input });
        return activity(input as never);
      },
    });
  }
  const durable = createDurable({ clock, database, log: (entry) => log.push(entry) });
  const heardGenerations = listenToQuestions(app);

  const stage: Play = {
    durable,
    clock,
    calls,
    log,
    async start(story, instanceId, input) {
      durable.start(story, instanceId, input);
      await durable.settle();
    },
    pass: passing(clock, () => durable.settle()),
    status(instanceId) {
      const status = durable.status(instanceId);
      if (!status) throw new Error(`there is no instance "${instanceId}"`);
      return status;
    },
    history: (instanceId) => durable.history(instanceId),
    generations: (instanceId) => [...heardGenerations(instanceId).slice(0, -1), durable.history(instanceId)],
    async everyPrefixReplays(history) {
      const extraInput = () => ({});
      const invoker = createInvoker({ app, model: () => shim.model, clock, log: () => {}, extraInput });
      const started = history.find((event) => event.EventType === 0);
      assert(started, 'the history has no start');
      const question = { functionName: started.Name, instanceId: started.OrchestrationInstance.InstanceId };
      let before: unknown[] = [];
      for (let length = history.indexOf(started) + 1; length <= history.length; length += 1) {
        const prefix = asPlayed(history.slice(0, length));
        const asked = await askOrchestrator(invoker, { ...question, history: prefix });
        assert(asked.kind === 'answer', `after ${length} events: ${asked.kind === 'broken' ? asked.message : ''}`);
        const actions = asked.answer.actions.map(withoutCancellation);
        assert.deepEqual(actions.slice(0, before.length), before, `after ${length} events the story answers otherwise`);
        before = actions;
        const replayed = replay({
          history: prefix,
          answer: asked.answer,
          activities: Object.keys(activities),
          orchestrators: Object.keys(stories),
        });
        const { outcome } = replayed;
        assert(
          outcome.kind !== 'failed' || !outcome.error.startsWith('Non-Deterministic'),
          `after ${length} events: ${outcome.kind}`,
        );
        if (prefix.at(-1)?.EventType === 13) {
          assert.deepEqual(replayed.decisions, [], `after ${length} events something is scheduled a second time`);
        }
      }
    },
    async everyGenerationReplays(instanceId) {
      for (const history of stage.generations(instanceId)) await stage.everyPrefixReplays(history);
    },
    close: (options) => durable.stop(options),
  };
  return stage;
}

/** Time passes as fast as what it wakes has settled. */
export function passing(clock: VirtualClock, settle: () => Promise<void>): Play['pass'] {
  return async (ms) => {
    let over = false;
    clock.after(ms, () => (over = true));
    await settle();
    while (!over) {
      clock.advanceToNext();
      await settle();
    }
  };
}

/** What the host sends to orchestrators holds their histories, also of generations that are then thrown away. */
function listenToQuestions(app: FunctionApp): (instanceId: string) => HistoryEvent[][] {
  const heard = new Map<string, Map<string, HistoryEvent[]>>();
  app.addHook('preInvocation', (context) => {
    const [input] = (context as { inputs: unknown[] }).inputs;
    const { history, instanceId = '' } = (input ?? {}) as { history?: HistoryEvent[]; instanceId?: string };
    const start = Array.isArray(history) ? startOf(history) : undefined;
    if (!history || !start) return;
    const generations = heard.get(instanceId) ?? new Map<string, HistoryEvent[]>();
    const { ExecutionId: execution } = start.OrchestrationInstance;
    // `everyPrefixReplays` asks too, with less.
    if ((generations.get(execution)?.length ?? 0) > history.length) return;
    heard.set(instanceId, generations.set(execution, history));
  });
  return (instanceId) => [...(heard.get(instanceId)?.values() ?? [])];
}

/** As the host sends it: only the events of the last episode are new. */
function asPlayed(history: HistoryEvent[]): HistoryEvent[] {
  const lastEpisode = history.findLastIndex((event) => event.EventType === 12);
  return history.map((event, index) => ({ ...event, IsPlayed: index < lastEpisode }));
}

/** A timer that is cancelled later is the same action in the same place. */
const withoutCancellation = (action: unknown): unknown =>
  JSON.parse(JSON.stringify(action, (key, value: unknown) => (key === 'isCanceled' ? undefined : value)));

/** The same story, with clocks, chance and I/O taken away while it runs. */
function trapped(story: OrchestrationHandler): OrchestrationHandler {
  return function* (context) {
    const told = withoutChance(() => story(context));
    let step = withoutChance(() => told.next());
    while (!step.done) {
      let resume: () => typeof step;
      try {
        const sent: unknown = yield step.value;
        resume = () => told.next(sent);
      } catch (error) {
        resume = () => told.throw(error);
      }
      step = withoutChance(resume);
    }
    return step.value;
  };
}
