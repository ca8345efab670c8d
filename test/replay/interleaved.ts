/**
 * Plays the real stories on the real activities without a host: one step of one story at a time, in an order that the test chooses, with
 * something of the test's before every call of a port. For what has to hold in a thousand interleavings; what the host adds (replay, crashes,
 * timers) is tested elsewhere.
 */
import { activities } from '../../functions/activities/activities.ts';
import type { Stories, Surroundings } from '../../functions/activities/activity.ts';
import { inputOf, json, tell, type Telling, type Wanted, type WantedActivity } from './telling.ts';

interface Instance {
  story: Telling;
  next: () => ReturnType<Telling['next']>;
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
      const story = tell(name, inputOf(name, thing), {
        now: () => now,
        continueAsNew() {
          throw new Error(`${name} goes on for ever`);
        },
      });
      instances.set(id, { story, next: () => story.next() });
      return 'started';
    },
    running: async (name, thing) => (instances.has(`${name} ${thing}`) ? { progressAt: now } : undefined),
    terminate: async (name, thing) => void instances.delete(`${name} ${thing}`),
    failed: async () => [],
  };
  const acting = activities(surroundings) as Record<string, (request: unknown, stories: Stories) => Promise<object>>;

  async function act({ name, request }: WantedActivity): Promise<object> {
    const activity = acting[name];
    if (!activity) throw new Error(`there is no activity "${name}"`);
    for (let tries = 1; ; tries++) {
      try {
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
        const sent = await answer(value);
        instance.next = () => instance.story.next(sent);
      } catch (error) {
        instance.next = () => instance.story.throw(error);
      }
    },
    now: () => now,
    pass: (ms) => void (now += ms),
  };
}

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
