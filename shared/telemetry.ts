/**
 * What the app tells about itself while it works: spans and measures, in the product's words.
 *
 * A candidate is a trace, from its sighting to the page. The trace's id is made from what names the candidate, so nothing has to be stored or
 * handed on for it. Telling never fails, and never makes anything wait.
 */
import type { Origin } from './domain/origin.ts';

export type Attributes = Record<string, string | number>;

export type Counted =
  /** Candidates that were settled, by gate and outcome. */
  | 'candidates'
  | 'sweeps'
  /** What had to rest because a service failed, by thing. */
  | 'trouble'
  /** Announcements that no topic took for a day. */
  | 'announcements.dropped';

export type Measured =
  /** Seconds from the sighting of a candidate to its promotion, by gate. */
  | 'promotion.duration'
  /** Seconds from the sighting of a candidate to an app that runs what was built on it and is healthy, by gate and app. */
  | 'page.duration';

export interface Telemetry {
  /** Runs the work as a span. Answers and throws what the work does. */
  during<T extends object>(name: string, attributes: Attributes, work: () => Promise<T>): Promise<T>;
  /** The span that is running belongs to the trace of this candidate. */
  about(origin: Origin): void;
  /** A candidate was settled: the root of its trace. `at` in epoch milliseconds. */
  settled(origin: Origin, how: { outcome: string; at: number }): void;
  count(what: Counted, attributes: Attributes): void;
  measure(what: Measured, seconds: number, attributes: Attributes): void;
}

export const noTelemetry: Telemetry = {
  during: (_, __, work) => work(),
  about() {},
  settled() {},
  count() {},
  measure() {},
};
