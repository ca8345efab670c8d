/** Recalls as the ledger knows them: what may be put back in the place of a recalled digest, and what stands on one. */
import type { Version } from '../domain/image-state.ts';
import type { Gate } from '../domain/policy.ts';
import { recallOf, type Earlier } from '../domain/recall.ts';
import { shortDigest, tag, type Digest } from '../domain/reference.ts';
import type { Ledger } from '../ports/ledger.ts';
import { readCandidateRow, readGateRow, readPromotions } from './gate-book.ts';
import type { GateRow } from './gate-rows.ts';

/** More generations than anybody wants back. */
const MOST_PROMOTIONS = 20;

/** Earlier promotions, and last what was adopted. `undefined` where nothing is recalled. */
export async function readEarlier(
  ledger: Ledger,
  gate: Gate,
  row: GateRow | undefined,
): Promise<Earlier[] | undefined> {
  const { current, recalled, adopted } = row ?? {};
  const recall = current && recallOf(recalled, current);
  if (!recall) return undefined;
  const promotions = await readPromotions(ledger, gate.name, { most: MOST_PROMOTIONS });
  const before = promotions
    .filter(({ sequence, digest }) => sequence < current.sequence && digest !== current.digest)
    .map(({ digest, subject, sequence, unique }) => ({ digest, subject, sequence, unique }));
  if (adopted && adopted !== 'none' && !before.some(({ digest }) => digest === adopted)) {
    const unique = tag.parse(`${gate.to.tag}-${shortDigest(adopted)}`);
    before.push({ digest: adopted, subject: adopted, sequence: 0, unique });
  }
  return Promise.all(
    before.map(async (one): Promise<Earlier> => {
      const candidate = (await readCandidateRow(ledger, gate.name, one.digest))?.value;
      if (candidate && !candidate.settled) return { ...one, state: 'under-way' };
      // A recall that was made before this one, over another digest or of this one and lifted, says nothing.
      const { over, recalledAt = recall.at } = candidate?.restores ?? {};
      const isForThis = over === current.digest && recalledAt === recall.at;
      const tried = isForThis && candidate?.settled?.outcome.kind !== 'promoted';
      return { ...one, state: tried ? 'tried' : 'untried' };
    }),
  );
}

/** The gates of these whose digest of today is a recalled one. */
export async function gatesOnRecalled(ledger: Ledger, gates: string[]): Promise<string[]> {
  const found = await Promise.all(
    gates.map(async (gate) => {
      const row = await gateRowOf(ledger, gate);
      return row?.current && recallOf(row.recalled, row.current) ? [gate] : [];
    }),
  );
  return found.flat();
}

/** Whether a version stands on a recalled digest: by the proof of its layers, or by what its build was given. */
export async function standsOnRecalled(
  ledger: Ledger,
  { base, given = {} }: Pick<Version, 'base' | 'given'>,
): Promise<boolean> {
  const bases = [...Object.entries(given), ...(base ? [[base.gate, base.digest] as const] : [])];
  const answers = await Promise.all(bases.map(([gate, digest]) => isRecalled(ledger, gate, digest)));
  return answers.includes(true);
}

/** `subject`: what was promoted. */
export const isRecalled = async (ledger: Ledger, gate: string, subject: Digest): Promise<boolean> =>
  recallOf((await gateRowOf(ledger, gate))?.recalled, { digest: subject, subject }) !== undefined;

const gateRowOf = async (ledger: Ledger, gate: string): Promise<GateRow | undefined> =>
  (await readGateRow(ledger, gate))?.value;
