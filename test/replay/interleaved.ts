/**
 * Plays the real stories on the real activities without a host: one step of one story at a time, in an order that the test chooses, with
 * something of the test's before every call of a port. For what has to hold in a thousand interleavings; what the host adds (replay, crashes,
 * timers) is tested elsewhere.
 */
import type { OrchestrationContext } from 'durable-functions';
import { activities } from '../../functions/activities/activities.ts';
import type { Stories, StoryName, Surroundings } from '../../functions/activities/activity.ts';
import { stories } from '../../orchestrations/stories.ts';

type Wanted =
  | { kind: 'activity'; name: string; request: unknown }
  | { kind: 'all'; tasks: Extract<Wanted, { kind: 'activity' }>[] }
  | { kind: 'timer'; at: number };

interface Instance {
  story: Generator<unknown, unknown, unknown>;
  next: () => IteratorResult<unknown, unknown>;
}

export interface Interleaved {
  stories: Stories;
  /** The stories under way. */
  atWork(): string[];
  /** Lets one of them go on by one step; what it waits for is past then. */
  step(which: string): Promise<void>;
  now(): number;
  pass(ms: number): void;
}

/** As the app's own steps are retried; without a back-off, which would only be time. */
const MOST_TRIES = 5;

export function interleaved(surroundings: Surroundings, start: number): Interleaved {
  const instances = new Map<string, Instance>();
  let now = start;
  const handed: Stories = {
    async start(name, thing) {
      const id = `${name} ${thing}`;
      if (instances.has(id)) return 'running';
      instances.set(
        id,
        begin(name, thing, () => now),
      );
      return 'started';
    },
    running: async (name, thing) => (instances.has(`${name} ${thing}`) ? { progressAt: now } : undefined),
    terminate: async (name, thing) => void instances.delete(`${name} ${thing}`),
    failed: async () => [],
  };
  const acting = activities(surroundings) as Record<string, (request: unknown, stories: Stories) => Promise<object>>;

  async function act({ name, request }: Extract<Wanted, { kind: 'activity' }>): Promise<object> {
    const activity = acting[name];
    if (!activity) throw new Error(`there is no activity "${name}"`);
    for (let tries = 1; ; tries++) {
      try {
        // As through the host: what is asked and what is answered are JSON.
        return json(await activity(json(request), handed)) as object;
      } catch (error) {
        if (tries === MOST_TRIES) throw error;
      }
    }
  }

  async function answer(wanted: Wanted): Promise<unknown> {
    if (wanted.kind === 'activity') return act(wanted);
    if (wanted.kind === 'timer') return void (now = Math.max(now, wanted.at));
    const answers: object[] = [];
    for (const task of wanted.tasks) answers.push(await act(task));
    return answers;
  }

  return {
    stories: handed,
    atWork: () => [...instances.keys()],
    async step(which) {
      const instance = instances.get(which);
      if (!instance) throw new Error(`"${which}" is not at work`);
      const { done, value } = instance.next();
      if (done) return void instances.delete(which);
      try {
        const sent = await answer(value as Wanted);
        instance.next = () => instance.story.next(sent);
      } catch (error) {
        instance.next = () => instance.story.throw(error);
      }
    },
    now: () => now,
    pass: (ms) => void (now += ms),
  };
}

function begin(name: StoryName, thing: string, now: () => number): Instance {
  const given = { runGate: { gate: thing }, buildImage: { image: thing }, rollOut: { of: thing }, sweep: {} }[name];
  const df = {
    getInput: () => given,
    get currentUtcDateTime() {
      return new Date(now());
    },
    setCustomStatus: () => {},
    continueAsNew: () => {
      throw new Error(`${name} goes on for ever`);
    },
    callActivityWithRetry: (activity: string, _: unknown, request: unknown): Wanted => ({
      kind: 'activity',
      name: activity,
      request,
    }),
    createTimer: (at: Date): Wanted => ({ kind: 'timer', at: at.getTime() }),
    Task: { all: (tasks: Extract<Wanted, { kind: 'activity' }>[]): Wanted => ({ kind: 'all', tasks }) },
  };
  const story = stories[name]({ df } as unknown as OrchestrationContext) as Generator<unknown, unknown, unknown>;
  return { story, next: () => story.next() };
}

const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? {}));

/** The same port, with something before each of its calls. */
export function before<Port extends object>(port: Port, happens: (call: string) => void): Port {
  return new Proxy(port, {
    get(target, key, receiver) {
      const found: unknown = Reflect.get(target, key, receiver);
      if (typeof found !== 'function') return found;
      return (...given: unknown[]) => {
        happens(String(key));
        return Reflect.apply(found, target, given) as unknown;
      };
    },
  });
}
