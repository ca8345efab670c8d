/**
 * Telemetry in a file, in OTLP as JSON lines. Written behind the back of the work: what the disk does not take is dropped and counted, and a
 * file that cannot be written is said once.
 */
import { createWriteStream } from 'node:fs';
import { measures } from './measures.ts';
import { metricsLine, spanLine } from './otlp.ts';
import type { TelemetrySink } from './telemetry-to.ts';

/** What may wait for the disk. */
const MOST_WAITING_BYTES = 4 * 1024 * 1024;
const FLUSH_EVERY_MS = 10_000;

export function telemetryFile({ file, warn }: { file: string; warn: (message: string) => void }): TelemetrySink {
  const since = Date.now();
  const measured = measures();
  const stream = createWriteStream(file, { flags: 'a' });
  let broken = false;
  stream.on('error', (error) => {
    if (!broken) warn(`telemetry cannot be written to ${file}, and is dropped: ${error.message}`);
    broken = true;
  });

  const write = (line: string) => {
    if (broken || stream.writableLength > MOST_WAITING_BYTES) measured.count('telemetry.dropped', {});
    else stream.write(`${line}\n`);
  };
  const flush = () => {
    const changed = measured.changed();
    if (changed) write(metricsLine(changed, { since, at: Date.now() }));
  };
  const timer = setInterval(flush, FLUSH_EVERY_MS).unref();

  return {
    span: (span) => write(spanLine(span)),
    count: (what, attributes) => measured.count(what, attributes),
    measure: (what, seconds, attributes) => measured.measure(what, seconds, attributes),
    close: () => {
      clearInterval(timer);
      flush();
      return new Promise((resolve) => (broken ? resolve() : stream.end(resolve)));
    },
  };
}
