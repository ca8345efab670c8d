/**
 * Removes from quarantine what no candidate needs: manifests of candidates that were settled a while ago, and copies that came after their
 * candidate was settled.
 *
 * Key: the digest. A settled candidate forgets that it is in quarantine before its manifest goes, so one that opens again is copied again.
 */
import { candidateKey } from '../../../shared/domain/ids.ts';
import { childrenOf, subjectOf } from '../../../shared/domain/manifest.ts';
import type { Gate } from '../../../shared/domain/policy.ts';
import { formatReference, type Digest, type RepositoryReference } from '../../../shared/domain/reference.ts';
import { readCandidate, readCandidates, type CandidateBook } from '../../../shared/ledger/gate-book.ts';
import { isOver, type CandidateRow } from '../../../shared/ledger/gate-rows.ts';
import { put } from '../../../shared/ledger/rows.ts';
import type { Activity, Surroundings } from '../activity.ts';
import { attachedAt } from '../gate/copy-attached.ts';
import { findAttached } from '../gate/find-attached.ts';
import { quarantineOf } from '../gate/intake-candidate.ts';
import { eachGate } from './each-gate.ts';
import type { LookedAfter, Upkeep } from './look-after-tags.ts';

/** A late activity of a lost instance may still copy or check what was settled just now. */
const GRACE_MS = 3_600_000;
/** For one gate, so that an activity stays short; the next time goes on. */
const MOST_REMOVED = 50;

export const cleanQuarantine =
  (world: Surroundings): Activity<Upkeep, LookedAfter> =>
  async ({ gates, at }) => ({
    problems: await eachGate(world.policies, gates, (gate) => cleanGate(world, gate, at)),
  });

async function cleanGate(world: Surroundings, gate: Gate, at: number): Promise<string[]> {
  const place = quarantineOf(world, gate);
  const listed = await world.registries.manifests(place);
  if (listed.length === 0) return [];
  const candidates = await readCandidates(world.ledger, gate.name);
  const needed = await neededOf(world, place, candidates, at);
  const old = listed.filter(({ digest, createdAt }) => !needed.has(digest) && createdAt <= at - GRACE_MS);

  const problems: string[] = [];
  for (const digest of await removable(
    world,
    place,
    old.map((one) => one.digest),
    needed,
  )) {
    const concerned = candidates.filter(({ row }) => row.value.digest === digest || row.value.subject === digest);
    if (!(await forget(world, gate, concerned))) continue;
    await unprotect(world, place, digest);
    if ((await world.registries.deleteManifest({ ...place, digest })) === 'locked')
      problems.push(`${formatReference({ ...place, digest })} is locked by somebody, so it stays in quarantine`);
  }
  return problems;
}

/** What open candidates are made of and what is attached to that, and the same of those that were settled just now. */
async function neededOf(
  { registries }: Surroundings,
  place: RepositoryReference,
  candidates: CandidateBook[],
  at: number,
): Promise<Set<Digest>> {
  const needed = new Set<Digest>();
  for (const { row } of candidates) {
    const { settled, again, digest, subject } = row.value;
    if (settled && !again && settled.at <= at - GRACE_MS) continue;
    const manifest = await registries.manifest({ ...place, digest });
    const parts = [digest, ...(subject ? [subject] : []), ...(manifest ? childrenOf(manifest.bytes) : [])];
    for (const part of parts) needed.add(part);
    const { attached } = await findAttached(attachedAt(registries, place), [...new Set(parts)]);
    for (const one of attached) needed.add(one.manifest.digest);
  }
  return needed;
}

/** Indexes before their children; what is attached to something needed, such as a signature, stays with it. */
async function removable(
  { registries }: Surroundings,
  place: RepositoryReference,
  digests: Digest[],
  needed: Set<Digest>,
): Promise<Digest[]> {
  const found: { digest: Digest; children: number }[] = [];
  for (const digest of digests.slice(0, MOST_REMOVED)) {
    const manifest = await registries.manifest({ ...place, digest });
    if (!manifest) continue;
    const attachedTo = subjectOf(manifest.bytes);
    if (!attachedTo || !needed.has(attachedTo)) found.push({ digest, children: childrenOf(manifest.bytes).length });
  }
  return found.toSorted((a, b) => b.children - a.children).map(({ digest }) => digest);
}

/** Deleted with it is what is attached to it, so that must not be protected either. */
async function unprotect({ registries }: Surroundings, place: RepositoryReference, digest: Digest): Promise<void> {
  const { attached } = await findAttached(attachedAt(registries, place), [digest]);
  for (const { manifest } of attached) await registries.unprotectManifest({ ...place, digest: manifest.digest });
  await registries.unprotectManifest({ ...place, digest });
}

/** `false`: one of them has opened again meanwhile, and needs what it has. */
async function forget(world: Surroundings, gate: Gate, candidates: CandidateBook[]): Promise<boolean> {
  for (const { row } of candidates) {
    const kept = (await readCandidate(world.ledger, gate.name, row.value.digest))?.row;
    if (!kept || !isOver(kept.value)) return false;
    const { subject, ...rest } = kept.value;
    if (!subject) continue;
    const next: CandidateRow = rest;
    const change = put(candidateKey(rest.digest), kept, next, { open: false });
    if ((await world.ledger.write('gates', gate.name, [change])) === 'conflict') return false;
  }
  return true;
}
