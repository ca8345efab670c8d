/**
 * Copies what is attached to a candidate, and to the parts of an index, into quarantine: signatures, SBOMs, attestations.
 *
 * Before its checks are asked: once, and each time where a check may read them, since images are often signed after they were pushed. The
 * promotion looks once more in any case. What is too much is left and said, so that a check for a signature knows that it has not seen
 * everything. What was promoted once has them in the target registry too. Key: the digest.
 */
import { READS_ATTACHED } from '../../../shared/domain/checks/traits.ts';
import { candidateKey } from '../../../shared/domain/ids.ts';
import { MOST_MANIFESTS } from '../../../shared/domain/choose-subject.ts';
import { childrenOf } from '../../../shared/domain/manifest.ts';
import type { Gate } from '../../../shared/domain/policy.ts';
import type { Digest } from '../../../shared/domain/reference.ts';
import { readUnderWay } from '../../../shared/ledger/gate-book.ts';
import { originOfCandidate, type CandidateRow } from '../../../shared/ledger/gate-rows.ts';
import { LedgerConflict, put } from '../../../shared/ledger/rows.ts';
import type { Activity, Surroundings } from '../activity.ts';
import { existingGate, upstreamCredentials } from '../policy-of.ts';
import { attachedAt, copyAttached } from './copy-attached.ts';
import { findAttached, type Attached } from './find-attached.ts';
import { promotedAs, quarantineOf, type IntakeCandidate } from './intake-candidate.ts';

/** Of the reasons why something was left; they end up in a row of the ledger. */
const MOST_REASONS = 5;

export const intakeReferrers =
  (world: Surroundings): Activity<IntakeCandidate, object> =>
  async ({ gate: name, digest }) => {
    const gate = await existingGate(world.policies, name);
    const before = (await readUnderWay(world.ledger, name, digest))?.value;
    if (before?.referrers && !gate.checks.some(({ kind }) => READS_ATTACHED[kind])) return {};
    const promoted = promotedAs(before);
    const taken = promoted ? await takeBack(world, gate, digest, promoted) : await takeIn(world, gate, digest);

    const candidate = await readUnderWay(world.ledger, name, digest);
    if (!candidate) return {};
    world.telemetry.about(originOfCandidate(name, candidate.value));
    const { referrers: _, ...row } = candidate.value;
    const next = { ...row, ...(taken ? { referrers: taken } : {}) };
    const written = await world.ledger.write('gates', name, [put(candidateKey(digest), candidate, next)]);
    if (written === 'conflict') throw new LedgerConflict(`candidate ${digest} of gate "${name}"`);
    return {};
  };

type Taken = NonNullable<CandidateRow['referrers']>;

/** `undefined`: the upstream has it no more, or it has more parts than can be gated. */
export async function takeIn(world: Surroundings, gate: Gate, digest: Digest): Promise<Taken | undefined> {
  const { upstreams } = world;
  const credentials = await upstreamCredentials(world, gate);
  const { host, repository } = gate.from;
  const at = { host, repository };
  const manifest = await upstreams.manifest({ ...at, digest }, credentials);
  const children = manifest ? childrenOf(manifest.bytes) : [];
  if (!manifest || children.length > MOST_MANIFESTS) return undefined;

  const { attached, left } = await findAttached(
    {
      referrers: (of) => upstreams.referrers({ ...at, digest: of }, credentials),
      manifest: (of) => upstreams.manifest({ ...at, digest: of }, credentials),
      async tagged(tag) {
        const sighted = await upstreams.look({ ...at, tag }, credentials);
        if (sighted.kind === 'unreachable') throw new Error(sighted.message);
        return sighted.kind === 'at' ? sighted.digest : undefined;
      },
    },
    [digest, ...children],
  );
  await copyAttached(world, attached, {
    from: { ...at, ours: false, credentials },
    to: quarantineOf(world, gate),
  });
  return takenOf(attached, left);
}

/** What takes the place of a recalled digest must not wait for an upstream that does not answer. */
async function takeBack(world: Surroundings, gate: Gate, digest: Digest, subject: Digest): Promise<Taken | undefined> {
  const fresh = await takeIn(world, gate, digest).catch((error: unknown) => {
    const problem = error instanceof Error ? error.message : String(error);
    world.log.warn(`gate "${gate.name}": what is attached to ${digest} is taken from the target registry: ${problem}`);
    return undefined;
  });
  if (fresh) return fresh;

  const target = { host: gate.to.host, repository: gate.to.repository };
  const manifest = await world.registries.manifest({ ...target, digest: subject });
  if (!manifest) return undefined;
  const roots = [...new Set([digest, subject, ...childrenOf(manifest.bytes)])];
  const { attached, left } = await findAttached(attachedAt(world.registries, target), roots);
  await copyAttached(world, attached, { from: { ...target, ours: true }, to: quarantineOf(world, gate) });
  return takenOf(attached, left);
}

const takenOf = (attached: Attached[], left: string[]): Taken => ({
  copied: attached.length,
  left: left.length,
  why: left.slice(0, MOST_REASONS),
});
