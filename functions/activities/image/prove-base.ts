/** Finds the promoted base that an image stands on, by its layers: the only proof that does not depend on what a build says of itself. */
import { childrenOf, configurationOf, layersOf, standsOn } from '../../../shared/domain/manifest.ts';
import type { Bases, Version } from '../../../shared/domain/image-state.ts';
import type { DigestReference } from '../../../shared/domain/reference.ts';
import { readPromotions } from '../../../shared/ledger/gate-book.ts';
import { originOf, type PromotionRow } from '../../../shared/ledger/gate-rows.ts';
import type { Ledger } from '../../../shared/ports/ledger.ts';
import type { Registries } from '../../../shared/ports/registries.ts';

/** For the version that stands on it. */
export type Proved = Required<Pick<Version, 'base'>> & Pick<Version, 'origin'>;

/** How far back a base is recognised. */
const MOST_PROMOTIONS = 50;

/**
 * `undefined`: it stands on nothing that these gates promoted lately. Where several fit, the one of most layers. Bases that differ in their
 * configuration alone have the same layers: of these the one that the build was given, else the newest.
 */
export async function proveBase(
  { ledger, registries }: { ledger: Ledger; registries: Registries },
  image: DigestReference,
  { gates, given = {} }: { gates: string[]; given?: Bases },
): Promise<Proved | undefined> {
  const layers = await readLayers(registries, image);
  const found: { gate: string; promotion: PromotionRow; layers: number }[] = [];
  for (const gate of gates) {
    for (const promotion of await readPromotions(ledger, gate, { most: MOST_PROMOTIONS })) {
      const base = promotion.layers.find((ofImage) => standsOn(layers, ofImage));
      if (base) found.push({ gate, promotion, layers: base.length });
    }
  }
  const isGiven = ({ gate, promotion }: (typeof found)[number]) => Number(given[gate] === promotion.subject);
  const best = found.toSorted((a, b) => b.layers - a.layers || isGiven(b) - isGiven(a))[0];
  if (!best) return undefined;
  const origin = originOf(best.gate, best.promotion);
  return { base: { gate: best.gate, digest: best.promotion.subject }, ...(origin ? { origin } : {}) };
}

/** Of an index, the layers of its first image. */
async function readLayers(registries: Registries, image: DigestReference): Promise<string[]> {
  const manifest = await registries.manifest(image);
  if (!manifest) return [];
  const [child] = childrenOf(manifest.bytes);
  if (child) return readLayers(registries, { ...image, digest: child });
  const configuration = configurationOf(manifest.bytes);
  return configuration ? layersOf(await registries.json({ ...image, digest: configuration })) : [];
}
