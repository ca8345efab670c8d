/** Finds the versions that somebody pushed: tags that count as versions and name a digest that is not known, in the order of the registry's own times. */
import { acceptsTag } from '../../../shared/domain/graph.ts';
import type { Image } from '../../../shared/domain/policy.ts';
import { newImage, readImage, readVersion } from '../../../shared/ledger/image-book.ts';
import type { TagInfo } from '../../../shared/ports/registries.ts';
import type { Surroundings } from '../activity.ts';
import { proveBase } from './prove-base.ts';
import { recordVersion } from './record-version.ts';

/** Of a repository that is looked at for the first time, only the newest matter. */
const MOST_VERSIONS = 10;

export async function findVersions(world: Surroundings, image: Image, at: number): Promise<'written' | 'conflict'> {
  const { ledger, registries } = world;
  const row = (await readImage(ledger, image.name)).image?.value ?? newImage;
  // What our own build pushes is judged when it ends; until then it cannot be told from what a team pushed.
  if (row.build?.runId) return 'written';
  const tags = (await registries.tags(image, { since: row.seenUntil }))
    .filter(({ tag }) => acceptsTag(image.tags, tag))
    .toSorted((a, b) => a.updatedAt - b.updatedAt)
    .slice(-MOST_VERSIONS);
  for (const tag of tags) {
    if ((await number(world, image, tag, at)) === 'conflict') return 'conflict';
  }
  return 'written';
}

async function number(
  world: Surroundings,
  image: Image,
  { tag, digest, updatedAt }: TagInfo,
  at: number,
): Promise<'written' | 'conflict'> {
  const { ledger } = world;
  if (await readVersion(ledger, image.name, digest)) return 'written';
  const { image: row } = await readImage(ledger, image.name);
  const proved = await proveBase(
    world,
    { ...image, digest },
    { gates: image.build ? Object.values(image.build.pass) : [] },
  );
  const version = { digest, tag, at, ...proved };
  return recordVersion(ledger, { image, row }, version, (before) => ({
    ...before,
    seenUntil: Math.max(before.seenUntil, updatedAt),
  }));
}
