/**
 * Telemetry in a file, in OTLP as JSON lines. Written behind the back of the work: what the disk does not take is dropped and counted, and a
 * file that cannot be written is said once.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { createWriteStream } from 'node:fs';
import type { Origin } from '../domain/origin.ts';
import { measures } from './measures.ts';
import { metricsLine, newSpanId, newTraceId, spanLine, traceOf } from './otlp.ts';
import type { Telemetry } from '../telemetry.ts';

/** What may wait for the disk. */
const MOST_WAITING_BYTES = 4 * 1024 * 1024;
const FLUSH_EVERY_MS = 10_000;
const MOST_MESSAGE = 300;

export interface FileTelemetry extends Telemetry {
  /** Writes what was measured, and waits for the disk. */
  close(): Promise<void>;
}

export function fileTelemetry({ file, warn }: { file: string; warn: (message: string) => void }): FileTelemetry {
  const since = Date.now();
  const running = new AsyncLocalStorage<{ origin?: Origin }>();
  const measured = measures();
  const stream = createWriteStream(file, { flags: 'a' });
  let broken = false;
  stream.on('error', (error) => {
    if (!broken) warn(`telemetry cannot be written to ${file}, and is dropped: ${error.message}`);
    broken = true;
  });

  const write = (line: () => string) => {
    try {
      if (broken || stream.writableLength > MOST_WAITING_BYTES) measured.count('telemetry.dropped', {});
      else stream.write(`${line()}\n`);
    } catch {
      measured.count('telemetry.dropped', {}); // What cannot be said must not stop what is done.
    }
  };
  const flush = () => {
    const changed = measured.changed();
    if (changed) write(() => metricsLine(changed, { since, at: Date.now() }));
  };
  const timer = setInterval(flush, FLUSH_EVERY_MS).unref();

  return {
    during(name, attributes, work) {
      const context: { origin?: Origin } = {};
      const startedAt = Date.now();
      const end = (outcome: string, failed?: string) => {
        const { origin } = context;
        const trace = origin && traceOf(origin);
        write(() =>
          spanLine({
            traceId: trace?.traceId ?? newTraceId(),
            spanId: newSpanId(),
            ...(trace ? { parentSpanId: trace.spanId } : {}),
            name,
            attributes: { ...attributes, ...(origin ? { gate: origin.gate, digest: origin.digest } : {}), outcome },
            startedAt,
            endedAt: Date.now(),
            ...(failed === undefined ? {} : { failed }),
          }),
        );
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
      write(() => spanLine({ ...traceOf(origin), name: 'candidate', attributes, startedAt: sightedAt, endedAt: at }));
      measured.count('candidates', { gate, outcome });
    },
    count: (what, attributes) => measured.count(what, attributes),
    measure: (what, seconds, attributes) => measured.measure(what, seconds, attributes),
    close: () => {
      clearInterval(timer);
      flush();
      return new Promise((resolve) => (broken ? resolve() : stream.end(resolve)));
    },
  };
}
