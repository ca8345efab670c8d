/**
 * Plays the stories at once and in memory, with the clock of the test and without the durable host: no database, no history, no replay.
 *
 * For laws about the app that need a whole life of a gate for every step in it. What only a host adds (replay, what a crash leaves on
 * disk) is proved by `harness.ts`, which has the same face.
 */
import type { Stories, StoryName } from '../../functions/activities/activity.ts';
import { virtualClock } from '../../local/clock.ts';
import type { Durable } from '../../local/host/durable/durable.ts';
import type { LogEntry } from '../../local/host/log.ts';
import { withoutChance } from './forbid.ts';
import { passing, START, type Play, type Script } from './harness.ts';
import { inputOf, json, tell, type Wanted, type WantedActivity } from './telling.ts';

/** What both have; without a host, all that is of the host refuses. */
export interface WorldPlay extends Play {
  stories: Stories;
  /** Resolves when nothing more happens before time passes. */
  settle(): Promise<void>;
}

interface Instance {
  progressAt: number;
}

export function playWithoutHost({
  activities,
  clock = virtualClock(START),
}: Pick<Script, 'activities' | 'clock'>): WorldPlay {
  const instances = new Map<string, Instance>();
  const calls: Play['calls'] = [];
  /** Instances that wait for something else than the clock. */
  let busy = 0;
  let settled: (() => void)[] = [];
  const failures: unknown[] = [];

  function becomesBusy(by: number): void {
    busy += by;
    if (busy > 0) return;
    settled.forEach((resolve) => resolve());
    settled = [];
  }

  async function sleepUntil(at: number): Promise<void> {
    const over = new Promise<void>((resolve) => {
      clock.after(at - clock.now(), () => {
        becomesBusy(1);
        resolve();
      });
    });
    becomesBusy(-1);
    await over;
  }

  async function act({ name, request, retry }: WantedActivity): Promise<unknown> {
    const activity = activities[name];
    if (!activity) throw new Error(`there is no activity "${name}"`);
    for (let tries = 1, pauseMs = retry.firstRetryIntervalInMilliseconds; ; tries++) {
      const input = json(request);
      calls.push({ name, input });
      try {
        return json(await activity(input as never));
      } catch (error) {
        if (tries === retry.maxNumberOfAttempts) throw error;
      }
      await sleepUntil(clock.now() + pauseMs);
      pauseMs *= retry.backoffCoefficient ?? 1;
    }
  }

  async function answer(wanted: Wanted): Promise<unknown> {
    if (wanted.kind === 'activity') return act(wanted);
    if (wanted.kind === 'timer') return sleepUntil(wanted.at);
    return actTogether(wanted.tasks);
  }

  /** Each runs to its end, also when another one has failed. */
  async function actTogether(tasks: WantedActivity[]): Promise<unknown[]> {
    let open = tasks.length;
    becomesBusy(open - 1);
    const ends = await Promise.allSettled(
      tasks.map((task) =>
        act(task).finally(() => {
          if (--open > 0) becomesBusy(-1);
        }),
      ),
    );
    return ends.map((end) => {
      if (end.status === 'rejected') throw end.reason;
      return end.value;
    });
  }

  async function live(id: string, instance: Instance, name: StoryName, input: unknown): Promise<void> {
    let next: { input: unknown } | undefined;
    const story = tell(name, input, {
      now: () => instance.progressAt,
      continueAsNew: (given) => (next = { input: given }),
    });
    let told = withoutChance(() => story.next());
    while (!told.done) {
      let resume: () => typeof told;
      try {
        const sent = await answer(told.value);
        resume = () => story.next(sent);
      } catch (error) {
        resume = () => story.throw(error);
      }
      if (instances.get(id) !== instance) return;
      instance.progressAt = clock.now();
      told = withoutChance(resume);
    }
    if (next) await live(id, instance, name, next.input);
  }

  async function begin(id: string, name: StoryName, thing: string): Promise<void> {
    const instance = { progressAt: clock.now() };
    instances.set(id, instance);
    becomesBusy(1);
    try {
      await live(id, instance, name, inputOf(name, thing));
    } catch (error) {
      failures.push(error);
    }
    if (instances.get(id) === instance) instances.delete(id);
    becomesBusy(-1);
  }

  /** No story may throw: trouble is written down and rests. */
  async function settle(): Promise<void> {
    if (busy > 0) await new Promise<void>((resolve) => settled.push(resolve));
    if (failures.length > 0) throw failures.shift();
  }

  return {
    clock,
    calls,
    settle,
    pass: passing(clock, settle),
    stories: {
      async start(name, thing) {
        const id = `${name} ${thing}`;
        if (instances.has(id)) return 'running';
        void begin(id, name, thing);
        return 'started';
      },
      running: async (name, thing) => instances.get(`${name} ${thing}`),
      terminate: async (name, thing) => void instances.delete(`${name} ${thing}`),
      failed: async () => [], // One that fails ends its test.
    },
    durable: refusing({} as Durable),
    log: refusing<LogEntry[]>([]),
    start: noHost,
    status: noHost,
    history: noHost,
    generations: noHost,
    everyPrefixReplays: noHost,
    everyGenerationReplays: noHost,
    close: async () => instances.clear(),
  };
}

function noHost(): never {
  throw new Error("this world has no host, and so no history: begin it with { on: 'host' }");
}

const refusing = <T extends object>(target: T): T => new Proxy(target, { get: noHost });
