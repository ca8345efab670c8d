/** The log of one run, written in the manner of ACR Tasks' agent into a blob that may be read while it grows. */
import { StringDecoder } from 'node:string_decoder';
import type { Clock } from '../../clock.ts';
import type { AppendBlob } from './blob-store.ts';
import { LOG_BYTES } from './limits.ts';
import { createMask } from './mask.ts';

/** Value of the metadata `Complete`. */
export type Verdict = 'successful' | 'failed' | 'internalerror' | 'timedout' | 'canceled';

export interface RunLog {
  /** A line of the agent's own, with the time in front. */
  say(text: string): void;
  /** A line without the time. */
  line(text: string): void;
  /** What a program wrote. */
  output(chunk: Buffer): void;
  /** The same log for a program beside others: lines of theirs that come together stay whole. */
  branch(): RunLog;
  /** Values to hide from here on. */
  hide(secrets: string[]): void;
  complete(verdict: Verdict): void;
}

export function openRunLog(blob: AppendBlob, clock: Clock): RunLog {
  const secrets: string[] = [];
  let bytes = 0;
  const append = (text: string) => {
    if (text === '' || bytes > LOG_BYTES) return;
    const lines = text.replaceAll(/\r?\n/g, '\r\n');
    bytes += Buffer.byteLength(lines);
    blob.append(bytes > LOG_BYTES ? `\r\n(the log ends here: the local runtime keeps ${LOG_BYTES} bytes)\r\n` : lines);
  };

  const branch = (): RunLog => {
    const decoder = new StringDecoder('utf8');
    let mask = createMask(secrets);
    const line = (text: string) => {
      const rest = mask.flush();
      append(rest === '' || rest.endsWith('\n') ? rest : `${rest}\n`);
      append(`${mask.apply(text)}\n`);
    };
    return {
      line,
      say: (text) => line(`${timeOf(clock)} ${text}`),
      output: (chunk) => append(mask.push(decoder.write(chunk))),
      branch,
      hide(values) {
        append(mask.flush());
        secrets.push(...values);
        mask = createMask(secrets);
      },
      complete(verdict) {
        append(mask.flush());
        blob.setMetadata({ Complete: verdict });
      },
    };
  };
  return branch();
}

/** `2026/09/01 10:00:00`, UTC. */
const timeOf = (clock: Clock): string =>
  new Date(clock.now()).toISOString().slice(0, 19).replaceAll('-', '/').replace('T', ' ');
