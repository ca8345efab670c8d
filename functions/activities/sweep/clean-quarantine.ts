/**
 * Removes from quarantine what no candidate needs: manifests of candidates that were settled a while ago, and copies that came after their
 * candidate was settled.
 *
 * Key: the digest. A settled candidate forgets that it is in quarantine before its manifest goes, so one that opens again is copied again.
 */
import { candidateKey } from '../../../shared/domain/ids.ts';
import { childrenOf } from '../../../shared/domain/manifest.ts';
import type { Gate } from '../../../shared/domain/policy.ts';
import type { Digest, RepositoryReference } from '../../../shared/domain/reference.ts';
import { readCandidate, readCandidates, type CandidateBook } from '../../../shared/ledger/gate-book.ts';
import { isOver, type CandidateRow } from '../../../shared/ledger/gate-rows.ts';
import { put } from '../../../shared/ledger/rows.ts';
import type { Activity, Surroundings } from '../activity.ts';
import { attachedAt } from '../gate/copy-attached.ts';
import { findAttached } from '../gate/find-attached.ts';
import { quarantineOf } from '../gate/intake-candidate.ts';
import { eachGate } from './each-gate.ts';
import type { LookedAfter, Upkeep } from './look-after-tags.ts';
import { GRACE_MS, removeUnneeded } from './remove-unneeded.ts';

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
  return removeUnneeded(world.registries, place, { listed, needed, at }, (digest) =>
    forget(
      world,
      gate,
      candidates.filter(({ row }) => row.value.digest === digest || row.value.subject === digest),
    ),
  );
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
