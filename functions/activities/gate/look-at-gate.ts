/**
 * Looks at everything a decision about a gate needs: asks the upstream and the stable tag, reads the runs under way, writes what is new to
 * the ledger, and answers the whole state.
 *
 * Safe to run twice: a sighting that is written is no longer new. A conflict means that somebody else wrote meanwhile: it looks again.
 */
import type { GateLook, GateState } from '../../../shared/domain/gate-state.ts';
import type { Digest } from '../../../shared/domain/reference.ts';
import { sight, type Sighting } from '../../../shared/domain/sighting.ts';
import { readCandidate, readGate, type CandidateBook, type GateBook } from '../../../shared/ledger/gate-book.ts';
import { gateStateOf } from '../../../shared/ledger/gate-state-of.ts';
import { readFreezeOnEverything } from '../../../shared/ledger/freeze-book.ts';
import { readHoldOnEverything } from '../../../shared/ledger/hold-book.ts';
import { deliver } from '../../../shared/ledger/outbox.ts';
import { readEarlier } from '../../../shared/ledger/recall-book.ts';
import { requestedOf } from '../../../shared/ledger/request.ts';
import { LedgerConflict } from '../../../shared/ledger/rows.ts';
import type { Ledger } from '../../../shared/ports/ledger.ts';
import type { Activity, Surroundings } from '../activity.ts';
import { gateOf, upstreamCredentials } from '../policy-of.ts';
import { lookAtStable } from './look-at-stable.ts';
import { readRuns } from './read-runs.ts';
import { rememberSighting } from './remember-sighting.ts';

export interface LookAtGate {
  gate: string;
  /** Epoch milliseconds. */
  at: number;
}

const MOST_LOOKS = 5;

export const lookAtGate =
  (world: Surroundings): Activity<LookAtGate, GateLook> =>
  async ({ gate: name, at }) => {
    const gate = await gateOf(world.policies, name);
    if (!gate) return { kind: 'absent', why: `gate "${name}" is not in the policy in force` };

    // Before anything is asked: a push that is reported while the upstream answers is not handled by this look.
    const requested = await requestedOf(world.ledger, 'gates', name);
    const answer = await world.upstreams.look(gate.from, await upstreamCredentials(world, gate));
    for (let looks = 0; looks < MOST_LOOKS; looks++) {
      const book = await readGate(world.ledger, name);
      await deliver(world, { table: 'gates', partition: name, at }, book.outbox);
      const sighting = sight(book.gate?.value ?? {}, answer, at);
      const remembered = await rememberSighting(world, gate, book, sighting, at);
      if (remembered === 'conflict') continue;
      // Where this look has written nothing, what it has read is not read again: years of settled rows lie beside the open ones.
      const sighted = remembered === 'unchanged' ? book : await readGate(world.ledger, name);
      const runs = await readRuns(world, gate, sighted, at);
      if (runs === 'conflict') continue;

      const after = runs === 'unchanged' ? sighted : await readGate(world.ledger, name);
      const stable = await lookAtStable(world, gate, after.gate?.value);
      if (stable === 'conflict') continue;
      const seen = {
        requested,
        ...stable,
        upstream: upstreamOf(after.gate?.value.upstream?.digest, sighting),
        holdOnEverything: await readHoldOnEverything(world.ledger),
        freeze: await readFreezeOnEverything(world.ledger),
        earlier: await readEarlier(world.ledger, gate, after.gate?.value),
        standing: await readStanding(world.ledger, name, after),
      };
      return { kind: 'gate', state: gateStateOf(gate, after, seen) };
    }
    throw new LedgerConflict(`gate "${name}"`);
  };

/** The current one, unless it is open once more. */
async function readStanding(ledger: Ledger, gate: string, book: GateBook): Promise<CandidateBook | undefined> {
  const digest = book.gate?.value.current?.digest;
  if (!digest || book.open.has(digest)) return undefined;
  return book.again.get(digest) ?? (await readCandidate(ledger, gate, digest));
}

function upstreamOf(digest: Digest | undefined, sighting: Sighting): GateState['upstream'] {
  switch (sighting.kind) {
    case 'new':
      return { kind: 'at', digest: sighting.digest };
    case 'same':
      return digest ? { kind: 'at', digest } : { kind: 'gone' };
    case 'unsure':
      return { kind: 'unsure', askAgainAt: sighting.askAgainAt };
    case 'gone':
      return { kind: 'gone' };
    case 'unreachable':
      return sighting;
  }
}
