/** Writes that a build of ours failed: why, and how often in a row on the same bases. */
import type { Build, Version } from '../../../shared/domain/image-state.ts';
import type { Image } from '../../../shared/domain/policy.ts';
import type { Digest } from '../../../shared/domain/reference.ts';
import { IMAGE, versionKey, type ImageRow } from '../../../shared/ledger/image-book.ts';
import { tell } from '../../../shared/ledger/outbox.ts';
import { put, SCHEMA, type Kept } from '../../../shared/ledger/rows.ts';
import type { Change, Ledger } from '../../../shared/ports/ledger.ts';

export interface BuildUnderWay {
  image: Image;
  row: Kept<ImageRow>;
  build: Build;
  /** Epoch milliseconds. */
  at: number;
}

/** `refused`: what it pushed and must not count; known from now on, under no number. */
export function failBuild(
  ledger: Ledger,
  { image, row, build, at }: BuildUnderWay,
  message: string,
  { refused }: { refused?: Digest } = {},
): Promise<'written' | 'conflict'> {
  const { build: _, ...rest } = row.value;
  const run = build.runId ? { runId: build.runId } : {};
  const times = timesOf(row.value, build);
  return ledger.write('images', image.name, [
    put(IMAGE, row, { ...rest, failure: { given: build.given, times, at, message, ...run } }),
    ...(refused ? [refuse(refused, build, at)] : []),
    tell(`build-failed-${build.attempt}`, {
      at,
      by: 'buildImage',
      subject: image.name,
      what: 'build failed',
      why: message,
      announce: 'buildFailed',
      data: { given: build.given, times, ...run },
    }),
  ]);
}

/** Failures in a row on the same bases. */
function timesOf({ failure }: ImageRow, { given }: Build): number {
  const sameBases = failure && Object.entries(given).every(([gate, digest]) => failure.given[gate] === digest);
  return sameBases ? failure.times + 1 : 1;
}

const refuse = (digest: Digest, { given }: Build, at: number): Change => ({
  kind: 'put',
  key: versionKey(digest),
  ifMatch: 'any',
  open: false,
  schema: SCHEMA,
  data: { digest, number: 0, at, given } satisfies Version,
});
