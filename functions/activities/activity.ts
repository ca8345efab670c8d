/**
 * What an activity is: one effect on the world, short, safe to run twice, built from the ports it needs.
 *
 * An expected refusal is a returned value; what is thrown is retried by the story. Activities do not ask the clock for anything that decides:
 * `at` comes with the request, in epoch milliseconds.
 */
import type { Host } from '../../shared/domain/reference.ts';
import type { Ports } from '../../shared/ports.ts';
import type { Telemetry } from '../../shared/telemetry.ts';

export interface Surroundings extends Ports {
  /** Login server of the registry that candidates are copied to and checked in. */
  quarantine: Host;
  telemetry: Telemetry;
  /** For the person on call: one line each. */
  log: Log;
  /** When this process began, in epoch milliseconds. */
  startedAt: number;
  /** The trusted image of a check's one step: a docker client with a shell. */
  runnerImage: string;
  /** What asks candidates in probes that name no client; the runner when it is left out. */
  probeImage?: string;
}

export interface Log {
  warn(message: string): void;
}

export type StoryName = 'runGate' | 'buildImage' | 'rollOut' | 'sweep';

/** Starting and watching stories; made for each invocation from the Durable client. */
export interface Stories {
  /** Idempotent: `running` when an instance of that id is at work already. */
  start(story: StoryName, thing: string): Promise<'started' | 'running'>;
  /** `undefined` when there is no instance, or it has ended. `progressAt`: epoch milliseconds of its last step. */
  running(story: StoryName, thing: string): Promise<{ progressAt: number } | undefined>;
  terminate(story: StoryName, thing: string, why: string): Promise<void>;
  /** Instances that failed after `since` (epoch milliseconds) and were not started again: which, and what each said. */
  failed(since: number): Promise<string[]>;
}

export type Activity<Request extends object, Answer extends object> = (
  request: Request,
  stories: Stories,
) => Promise<Answer>;
