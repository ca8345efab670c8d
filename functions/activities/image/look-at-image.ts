/**
 * Looks at an image of ours: reads the build under way, numbers the versions it has not seen, tries again to prove the base of
 * the newest, and answers the whole state.
 *
 * Safe to run twice: a version that is written is no longer new, and a base that is proved is not tried again.
 */
import type { Bases, ImageLook, ImageState } from '../../../shared/domain/image-state.ts';
import type { Image } from '../../../shared/domain/policy.ts';
import { readGateRow } from '../../../shared/ledger/gate-book.ts';
import { freezesOfBases } from '../../../shared/ledger/freeze-book.ts';
import { readHoldOver } from '../../../shared/ledger/hold-book.ts';
import { newImage, readImage } from '../../../shared/ledger/image-book.ts';
import { deliver } from '../../../shared/ledger/outbox.ts';
import { gatesOnRecalled, standsOnRecalled } from '../../../shared/ledger/recall-book.ts';
import { LedgerConflict } from '../../../shared/ledger/rows.ts';
import type { Ledger } from '../../../shared/ports/ledger.ts';
import type { Activity, Surroundings } from '../activity.ts';
import { gatesOf, imageOf } from '../policy-of.ts';
import { findVersions } from './find-versions.ts';
import { proveAgain } from './prove-again.ts';
import { readBuild } from './read-build.ts';

export interface LookAtImage {
  image: string;
  /** Epoch milliseconds. */
  at: number;
}

const MOST_LOOKS = 5;

export const lookAtImage =
  (world: Surroundings): Activity<LookAtImage, ImageLook> =>
  async ({ image: name, at }) => {
    const image = await imageOf(world.policies, name);
    if (!image) return { kind: 'absent', why: `image "${name}" is not in the policy in force` };

    for (let looks = 0; looks < MOST_LOOKS; looks++) {
      // Before the registry is asked: a push that is reported while it answers is not handled by this look.
      const { outbox, requested } = await readImage(world.ledger, name);
      await deliver(world, { table: 'images', partition: name, at }, outbox);
      if ((await readBuild(world, image, at)) === 'conflict') continue;
      if ((await findVersions(world, image, at)) === 'conflict') continue;
      if ((await proveAgain(world, image, at)) === 'conflict') continue;
      return { kind: 'image', state: await assemble(world, image, requested) };
    }
    throw new LedgerConflict(`image "${name}"`);
  };

async function assemble({ ledger, policies }: Surroundings, image: Image, requested: number): Promise<ImageState> {
  const book = await readImage(ledger, image.name);
  const row = book.image?.value ?? newImage;
  const builtFrom = image.build && [...new Set(Object.values(image.build.pass))];
  const hold = builtFrom && (await readHoldOver(ledger, builtFrom));
  const freezes = builtFrom && (await freezesOfBases(ledger, await gatesOf(policies, builtFrom)));
  const recalled = await gatesOnRecalled(ledger, builtFrom ?? []);
  return {
    requested,
    ...(builtFrom ? { builtFrom } : {}),
    ...(row.newest ? { newest: row.newest } : {}),
    today: await todaysBases(ledger, builtFrom ?? []),
    ...(hold ? { hold } : {}),
    ...(freezes ? { freezes } : {}),
    ...(recalled.length > 0 ? { recalled } : {}),
    ...(row.newest && (await standsOnRecalled(ledger, row.newest)) ? { replacesRecalled: true } : {}),
    ...(row.build ? { build: row.build } : {}),
    ...(row.failure ? { failure: row.failure } : {}),
    attempts: row.attempts,
    followDue: row.newest !== undefined && row.newest.number > row.followed,
  };
}

/** Gate → its current digest, from the ledger: the registry's tag has no say in what is built on. */
export async function todaysBases(ledger: Ledger, gates: string[]): Promise<Bases> {
  const books = await Promise.all(
    gates.map(async (gate) => [gate, (await readGateRow(ledger, gate))?.value.current] as const),
  );
  return Object.fromEntries(books.flatMap(([gate, current]) => (current ? [[gate, current.subject]] : [])));
}
