/**
 * Makes spans and measures of what the app tells, and hands them to every sink alike: a candidate's trace has the same ids in a file and in
 * Application Insights.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Origin } from '../domain/origin.ts';
import type { Attributes, Counted, Measured, Telemetry } from '../telemetry.ts';
import { newSpanId, newTraceId, traceOf, type Span } from './span.ts';

/** Where telemetry goes. Takes it at once and sends it later; only `span` may throw, for a span that cannot be said. */
export interface TelemetrySink {
  span(span: Span): void;
  count(what: Counted | 'telemetry.dropped', attributes: Attributes): void;
  measure(what: Measured, seconds: number, attributes: Attributes): void;
  /** Sends what is there. Never fails. */
  close(): Promise<void>;
}

export interface ClosableTelemetry extends Telemetry {
  /** Of an app that ends: everything that was told is on its way, or lost. */
  close(): Promise<void>;
}

const MOST_MESSAGE = 300;

export function telemetryTo(sinks: TelemetrySink[]): ClosableTelemetry {
  const running = new AsyncLocalStorage<{ origin?: Origin }>();

  const tell = (span: Span) => {
    for (const sink of sinks) {
      try {
        sink.span(span);
      } catch {
        sink.count('telemetry.dropped', {}); // What cannot be said must not stop what is done.
      }
    }
  };
  const count = (what: Counted, attributes: Attributes) => {
    for (const sink of sinks) sink.count(what, attributes);
  };

  return {
    during(name, attributes, work) {
      const context: { origin?: Origin } = {};
      const startedAt = Date.now();
      const end = (outcome: string, failed?: string) => {
        const { origin } = context;
        const trace = origin && traceOf(origin);
        tell({
          traceId: trace?.traceId ?? newTraceId(),
          spanId: newSpanId(),
          ...(trace ? { parentSpanId: trace.spanId } : {}),
          name,
          attributes: { ...attributes, ...(origin ? { gate: origin.gate, digest: origin.digest } : {}), outcome },
          startedAt,
          endedAt: Date.now(),
          ...(failed === undefined ? {} : { failed }),
        });
      };
      return running.run(context, async () => {
        try {
          const answer = await work();
          end('kind' in answer ? String(answer.kind) : 'done');
          return answer;
        } catch (error) {
          end('failed', (error instanceof Error ? error.message : String(error)).slice(0, MOST_MESSAGE));
          throw error;
        }
      });
    },
    about(origin) {
      const context = running.getStore();
      if (context) context.origin = origin;
    },
    settled(origin, { outcome, at }) {
      const { gate, digest, opening, sightedAt } = origin;
      const attributes = { gate, digest, opening, outcome };
      tell({ ...traceOf(origin), name: 'candidate', attributes, startedAt: sightedAt, endedAt: at });
      count('candidates', { gate, outcome });
    },
    count,
    measure(what, seconds, attributes) {
      for (const sink of sinks) sink.measure(what, seconds, attributes);
    },
    async close() {
      await Promise.all(sinks.map((sink) => sink.close()));
    },
  };
}
