/**
 * Reads the log of a run while it grows, as `az acr task logs` does: what is new of the blob behind a signed link, until its metadata says
 * that it is complete.
 */
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_EVERY_MS = 200;

/** Answers each line soon after it was written. Throws when the log is not complete in time. */
export async function* followLog(link: string, { withinSeconds }: { withinSeconds: number }): AsyncGenerator<string> {
  const deadline = Date.now() + withinSeconds * 1000;
  const decoder = new StringDecoder('utf8');
  let read = 0;
  let rest = '';
  for (;;) {
    // Asked before the text is: nothing is written after the mark.
    const { length, complete } = await look(link);
    if (length > read) {
      const answer = await fetch(link, { headers: { 'x-ms-range': `bytes=${read}-${length - 1}` } });
      if (!answer.ok) throw new Error(`the log was answered ${answer.status}: ${await answer.text()}`);
      const lines = (rest + decoder.write(Buffer.from(await answer.arrayBuffer()))).split(/\r?\n/);
      rest = lines.pop() ?? '';
      read = length;
      yield* lines;
    }
    if (complete) return;
    if (Date.now() > deadline) throw new Error(`after ${withinSeconds} s the log is still not complete`);
    await sleep(LOOK_EVERY_MS);
  }
}

async function look(link: string): Promise<{ length: number; complete: boolean }> {
  const answer = await fetch(link, { method: 'HEAD' });
  if (!answer.ok) throw new Error(`the log was answered ${answer.status}`);
  return {
    length: Number(answer.headers.get('content-length')),
    complete: answer.headers.has('x-ms-meta-complete'),
  };
}
