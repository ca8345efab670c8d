/** Reads the build that is under way. Ended, it is a version on the bases it was given, or a failure with the reason. */
import { readImage, readVersion, type ImageRow } from '../../../shared/ledger/image-book.ts';
import type { Image } from '../../../shared/domain/policy.ts';
import type { Run } from '../../../shared/ports/runs.ts';
import type { Surroundings } from '../activity.ts';
import { failBuild, type BuildUnderWay } from './fail-build.ts';
import { proveBase } from './prove-base.ts';
import { recordVersion } from './record-version.ts';

export async function readBuild(world: Surroundings, image: Image, at: number): Promise<'written' | 'conflict'> {
  const { image: row } = await readImage(world.ledger, image.name);
  const build = row?.value.build;
  if (!row || !build?.runId) return 'written';
  const underWay: BuildUnderWay = { image, row, build, at };
  const place = { host: image.host, runId: build.runId };
  const run = await world.runs.run(place);
  if (!run) return failBuild(world.ledger, underWay, 'its run does not exist any more');
  if (run.state === 'succeeded') return succeeded(world, underWay, run);
  if (run.state !== 'running') {
    return failBuild(world.ledger, underWay, `the run ended as ${run.state}${run.message ? `: ${run.message}` : ''}`);
  }
  if (at <= build.deadlineAt) return 'written';
  await world.runs.cancel(place);
  return failBuild(world.ledger, underWay, 'it did not end in time and was cancelled');
}

async function succeeded(world: Surroundings, underWay: BuildUnderWay, run: Run): Promise<'written' | 'conflict'> {
  const { image, build, row, at } = underWay;
  const output = run.outputs.find(({ repository }) => repository === image.repository);
  if (!output) return failBuild(world.ledger, underWay, `the run pushed nothing to ${image.repository}`);

  const { digest, tag } = output;
  const proved = await proveBase(world, { ...image, digest }, { gates: Object.keys(build.given), given: build.given });
  if (!proved?.base || build.given[proved.base.gate] !== proved.base.digest) {
    const why = `what it pushed does not stand on the base it was given; see that the task's Dockerfile builds FROM its argument`;
    const known = await readVersion(world.ledger, image.name, digest);
    return failBuild(world.ledger, underWay, why, known ? {} : { refused: digest });
  }
  // Numbered even if it is known: the same digest may stand on another base now, and not be built again for it.
  const version = { digest, ...(tag ? { tag } : {}), at, ...proved, given: build.given };
  return recordVersion(world.ledger, { image, row }, version, withoutBuild);
}

function withoutBuild({ build: _, failure: __, ...row }: ImageRow): ImageRow {
  return row;
}
