/**
 * Verifies the record of the promotion that something stands on, right before it is built on or deployed: the signature by the key vault's
 * key, the digest, the gate, the promotion, the verdicts, and that it is the one which that promotion ended with.
 *
 * What was adopted, or promoted before there were records, has none: that is no refusal, and is said.
 */
import { problemsOf } from '../../../shared/domain/record/statement.ts';
import type { Gate } from '../../../shared/domain/policy.ts';
import { formatReference, type Digest } from '../../../shared/domain/reference.ts';
import { readGateRow, readPromotions } from '../../../shared/ledger/gate-book.ts';
import type { KeptPromotion } from '../../../shared/ledger/gate-rows.ts';
import type { Ledger } from '../../../shared/ports/ledger.ts';
import type { Registries } from '../../../shared/ports/registries.ts';
import type { Signing } from '../../../shared/ports/signing.ts';
import { readRecords } from '../../../shared/record/read-records.ts';
import { gateOf } from '../policy-of.ts';
import type { Surroundings } from '../activity.ts';

/** `said`: one sentence for a person, in every case. */
export type Verified =
  { kind: 'verified'; said: string } | { kind: 'none'; said: string } | { kind: 'refused'; said: string };

/** How far back a promotion is known, as for what stands on it. */
const MOST_PROMOTIONS = 50;

/** `undefined` for `base`: what stands on nothing that a gate promoted. */
export async function verifyRecordOf(
  world: Pick<Surroundings, 'ledger' | 'registries' | 'signing' | 'policies'>,
  base: { gate: string; digest: Digest } | undefined,
): Promise<Verified> {
  if (!base) return { kind: 'none', said: 'it stands on nothing that a gate promoted, so there is no record' };
  const gate = await gateOf(world.policies, base.gate);
  if (!gate)
    return {
      kind: 'refused',
      said: `gate "${base.gate}", which promoted ${base.digest}, is not in the policy any more`,
    };
  const promotion = await promotionOf(world.ledger, base);
  if (!promotion?.record) {
    return {
      kind: 'none',
      said: `${base.digest} was adopted, or promoted by gate "${gate.name}" before there were records: it has none`,
    };
  }
  return verify(world, gate, promotion, promotion.record);
}

async function verify(
  { registries, signing }: { registries: Registries; signing: Signing },
  gate: Gate,
  promotion: KeptPromotion,
  wanted: Digest,
): Promise<Verified> {
  const { host, repository } = gate.to;
  const subject = { host, repository, digest: promotion.subject };
  const refused = (why: string): Verified => ({
    kind: 'refused',
    said: `the record of promotion ${promotion.sequence} of gate "${gate.name}" cannot be verified: ${why}`,
  });
  const keys = await signing.keys();
  if (keys.length === 0) return refused('the key vault has no enabled version of the signing key');

  const found = await readRecords(registries, subject, {
    publicKeys: keys.map(({ publicKey }) => publicKey),
  });
  const one = found.records.find(({ digest }) => digest === wanted);
  if (!one) {
    const why = found.refused.find((reason) => reason.startsWith(wanted)) ?? `${wanted} is not attached to it`;
    return refused(`${formatReference(subject)}: ${why}`);
  }
  const { subject: of, sequence, unique } = promotion;
  const problems = problemsOf(one.record, { subject: of, gate: gate.name, sequence, unique });
  if (problems.length > 0) return refused(problems.join('; '));
  const later = found.records.find(
    ({ record }) => record.gate === gate.name && record.sequence === sequence && record.attempt > one.record.attempt,
  );
  if (later) return refused(`${later.digest} is a later one of the same promotion`);
  return {
    kind: 'verified',
    said: `promotion ${sequence} of gate "${gate.name}" is signed by ${one.record.key}`,
  };
}

/** As it was made: the current one takes the number of a later sighting of its digest, and its record keeps the number of the promotion. */
async function promotionOf(
  ledger: Ledger,
  { gate, digest }: { gate: string; digest: Digest },
): Promise<KeptPromotion | undefined> {
  const promotions = await readPromotions(ledger, gate, { most: MOST_PROMOTIONS });
  const made = promotions.find(({ subject }) => subject === digest);
  if (made) return made;
  const current = (await readGateRow(ledger, gate))?.value.current;
  return current?.subject === digest ? current : undefined;
}
