/**
 * Copies a candidate by digest into the quarantine registry, whole, and finds out which digest in it is checked and promoted.
 *
 * Key: the digest. An import of what is there already changes nothing.
 */
import { quoted } from '../../../shared/domain/checks/printable.ts';
import { noContainer, STARTS_IT } from '../../../shared/domain/checks/traits.ts';
import { candidateKey } from '../../../shared/domain/ids.ts';
import { chooseSubject } from '../../../shared/domain/choose-subject.ts';
import type { Gate } from '../../../shared/domain/policy.ts';
import {
  formatReference,
  repository,
  type Digest,
  type RepositoryReference,
} from '../../../shared/domain/reference.ts';
import { wantedPlatforms } from '../../../shared/domain/deciding-policy.ts';
import { readUnderWay } from '../../../shared/ledger/gate-book.ts';
import { originOfCandidate, type CandidateRow } from '../../../shared/ledger/gate-rows.ts';
import { LedgerConflict, put } from '../../../shared/ledger/rows.ts';
import type { Activity, Surroundings } from '../activity.ts';
import { copyPromoted } from './copy-promoted.ts';
import { settleIn } from './settle-in.ts';
import { existingGate, upstreamCredentials } from '../policy-of.ts';

export interface IntakeCandidate {
  gate: string;
  digest: Digest;
}

/** An activity may take ten minutes (`host.json`); what is not copied by then is tried again. */
const DEADLINE_SECONDS = 300;

export const intakeCandidate =
  (world: Surroundings): Activity<IntakeCandidate, object> =>
  async ({ gate: name, digest }) => {
    const gate = await existingGate(world.policies, name);
    const promoted = promotedAs((await readUnderWay(world.ledger, name, digest))?.value);
    const found = promoted ? await copyBack(world, gate, digest, promoted) : await copy(world, gate, digest);

    const candidate = await readUnderWay(world.ledger, name, digest);
    if (!candidate) return {}; // Settled meanwhile: what was copied waits for the clean-up.
    world.telemetry.about(originOfCandidate(name, candidate.value));
    const { trouble: _, ...row } = candidate.value;
    // What is attached to it is looked for anew: in quarantine it may have gone with the image.
    const { subject: __, images: ___, unusable: ____, referrers: _____, ...before } = row;
    const next: CandidateRow = { ...before, ...found };
    const written = await world.ledger.write('gates', name, [put(candidateKey(digest), candidate, next)]);
    if (written === 'conflict') throw new LedgerConflict(`candidate ${digest} of gate "${name}"`);
    return {};
  };

/** Where the candidates of a gate are. */
export const quarantineOf = ({ quarantine }: Pick<Surroundings, 'quarantine'>, gate: Gate): RepositoryReference => ({
  host: quarantine,
  repository: repository.parse(`${gate.name}/${gate.from.repository}`),
});

/** As what it was promoted before: it is in the target registry then, whatever has become of it upstream. */
export const promotedAs = (row: CandidateRow | undefined): Digest | undefined =>
  row?.again?.subject ?? row?.restores?.subject;

type FoundInside = Pick<CandidateRow, 'platforms' | 'subject' | 'images' | 'unusable'>;

/** From the upstream, since some checks ask about the whole index; from the target registry when it is there no more, or cannot be asked. */
async function copyBack(world: Surroundings, gate: Gate, digest: Digest, promoted: Digest): Promise<FoundInside> {
  try {
    const found = await copy(world, gate, digest);
    if (found.subject === promoted) return found;
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    world.log.warn(`gate "${gate.name}": ${digest} is taken from the target registry: ${problem}`);
  }
  return copyPromoted(world, gate, promoted, quarantineOf(world, gate));
}

async function copy(world: Surroundings, gate: Gate, digest: Digest): Promise<FoundInside> {
  const credentials = await upstreamCredentials(world, gate);
  const from = { host: gate.from.host, repository: gate.from.repository, digest };
  const manifest = await world.upstreams.manifest(from, credentials);
  if (!manifest) throw new Error(`${formatReference(from)} is not at the upstream (any more)`);

  const platforms = wantedPlatforms(gate);
  const subject = chooseSubject(manifest.bytes, digest, gate);
  if (subject.kind === 'unusable') return { platforms, unusable: subject.message };
  const containers = gate.checks.filter(({ kind }) => STARTS_IT[kind]);
  if (subject.artifact !== undefined && containers.length > 0) {
    return { platforms, unusable: `${noContainer(containers)}. It is of type ${quoted(subject.artifact)}` };
  }

  const to = quarantineOf(world, gate);
  await world.registries.import({
    from: { ...from, ours: false, ...(credentials ? { credentials } : {}) },
    to,
    deadlineSeconds: DEADLINE_SECONDS,
  });
  return { platforms, ...(await settleIn(world.registries, to, { root: digest, subject })) };
}
