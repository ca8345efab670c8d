/**
 * Attaches the signed record of a promotion to the digest that is promoted, before the stable tag moves.
 *
 * Key: the attempt and what was decided. A signature is another one each time, so a record that says the same is looked for first. It is signed
 * only with complete evidence: what the rules would not promote gets no record either.
 */
import { BUNDLE_TYPE, recordManifest, EMPTY } from '../../../shared/domain/record/envelope.ts';
import { sameDecision, type PromotionRecord } from '../../../shared/domain/record/statement.ts';
import { digest as digestSchema, formatReference, type Digest } from '../../../shared/domain/reference.ts';
import { readCandidate } from '../../../shared/ledger/gate-book.ts';
import type { SigningKey } from '../../../shared/ports/signing.ts';
import { seal } from '../../../shared/record/bundle.ts';
import { digestOfBytes } from '../../../shared/record/digest-of-bytes.ts';
import { readRecords } from '../../../shared/record/read-records.ts';
import type { Activity, Surroundings } from '../activity.ts';
import { recordedApprovals } from '../record/recorded-approvals.ts';
import { recordedEvidence } from '../record/recorded-evidence.ts';
import { recordedReferrers } from '../record/recorded-referrers.ts';
import { promotionUnderWay, type PromotionRequest, type UnderWay } from './promotion-under-way.ts';

export interface AttachRecord extends PromotionRequest {
  /** Epoch milliseconds. */
  at: number;
}

export type AttachedRecord = { kind: 'done'; record: Digest } | { kind: 'lost' };

export const attachRecord =
  (world: Surroundings): Activity<AttachRecord, AttachedRecord> =>
  async (request) => {
    const underWay = await promotionUnderWay(world, request);
    if (!underWay) return { kind: 'lost' };
    const decision = await decisionOf(world, underWay, request.at);
    if (!decision) return { kind: 'lost' }; // The next look says what is missing.

    const keys = await world.signing.keys();
    const [key] = keys;
    if (!key) {
      throw new Error(
        'the key vault has no enabled version of the key that SIGNING_KEY names; create one of the kind EC, curve P-256 (az keyvault key create --kty EC --curve P-256)',
      );
    }
    const { records } = await readRecords(world.registries, underWay.subject, {
      publicKeys: keys.map(({ publicKey }) => publicKey),
    });
    const there = records.find(({ record }) => sameDecision(record, decision));
    return {
      kind: 'done',
      record: there?.digest ?? (await attach(world, underWay, { ...decision, key: key.id }, key)),
    };
  };

/** Without the key; `undefined` while some check of today's policy has no verdict that says "pass". */
async function decisionOf(
  { ledger, policies, registries }: Surroundings,
  { gate, row, intention, candidate: inQuarantine, subject }: UnderWay,
  at: number,
): Promise<PromotionRecord | undefined> {
  const candidate = await readCandidate(ledger, gate.name, intention.digest);
  const evidence = candidate && recordedEvidence(gate, candidate, { at });
  const policy = (await policies.current()).policy?.hash;
  if (!candidate || !evidence || policy === undefined) return undefined;
  const { host, repository } = subject;
  const referrers = await recordedReferrers(registries, { candidate: inQuarantine, target: { host, repository } });
  const { current, adopted } = row.value;
  const previous = current?.subject ?? (adopted === 'none' ? undefined : adopted);
  return {
    gate: gate.name,
    upstream: { reference: formatReference(gate.from), digest: intention.digest },
    subject: subject.digest,
    stable: formatReference(gate.to),
    unique: intention.unique,
    ...(previous ? { previous } : {}),
    sequence: intention.sequence,
    attempt: intention.attempt,
    policy,
    evidence,
    ...(gate.unchecked.length > 0 ? { unchecked: gate.unchecked } : {}),
    approvals: recordedApprovals(gate, candidate.row.value),
    ...(referrers.length > 0 ? { referrers } : {}),
    seenSince: new Date(candidate.row.value.seenSince).toISOString(),
    decidedAt: new Date(at).toISOString(),
    key: '',
  };
}

async function attach(
  { registries, signing }: Surroundings,
  { subject }: UnderWay,
  record: PromotionRecord,
  key: SigningKey,
): Promise<Digest> {
  const { host, repository } = subject;
  const place = { host, repository };
  const promoted = await registries.manifest(subject);
  if (!promoted) throw new Error(`${formatReference(subject)} is not there any more; nothing was attached to it`);
  const bundle = await seal(record, {
    name: `${host}/${repository}`,
    publicKey: key.publicKey,
    sign: (bytes) => signing.sign(key, bytes),
  });
  const written = recordManifest({
    subject: { mediaType: promoted.mediaType, digest: promoted.digest, size: promoted.bytes.length },
    bundle: { digest: await registries.uploadBlob(place, bundle), size: bundle.length },
    gate: record.gate,
    createdAt: Date.parse(record.decidedAt),
  });
  const empty = await registries.uploadBlob(place, new TextEncoder().encode('{}'));
  if (empty !== digestSchema.parse(EMPTY.digest)) throw new Error(`${host} took an empty object for ${empty}`);
  const digest = digestOfBytes(written.bytes);
  await registries.putUntagged(place, { ...written, digest });
  const referrers = await registries.referrers(subject, BUNDLE_TYPE);
  if (!referrers.some((one) => one.digest === digest)) {
    throw new Error(
      `the record ${digest} was attached and is not listed among the referrers of ${formatReference(subject)}`,
    );
  }
  await registries.protectManifest({ ...place, digest });
  return digest;
}
