/**
 * Asks the upstreams of a batch of gates, and starts the story of each gate that has something to do: its upstream moved, its policy changed,
 * it is due, it was asked something, or it should be at work and no instance is.
 *
 * Never fails for one gate: what is wrong with it is for its own story to find and to rest on.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Gate } from '../../../shared/domain/policy.ts';
import { isFrozen, readFreezeOnEverything } from '../../../shared/ledger/freeze-book.ts';
import { GATE, gateRow, type GateRow } from '../../../shared/ledger/gate-rows.ts';
import { decidingPolicy } from '../../../shared/domain/deciding-policy.ts';
import { readHoldOver } from '../../../shared/ledger/hold-book.ts';
import { requestedOf } from '../../../shared/ledger/request.ts';
import { parseRow } from '../../../shared/ledger/rows.ts';
import { atOnce } from '../../at-once.ts';
import type { Activity, Surroundings } from '../activity.ts';
import { gateOf, upstreamCredentials } from '../policy-of.ts';
import { newSwept, noteUnreadable, startIfPossible, type Starting, type Swept } from './start-unstuck.ts';

export interface SweepGates {
  gates: string[];
  /** Epoch milliseconds. */
  at: number;
}

/** Of one batch; several batches run side by side. How much of it one registry sees at once is bounded by the upstreams themselves. */
const AT_ONCE = 16;

export const sweepGates =
  (world: Surroundings): Activity<SweepGates, Swept> =>
  async ({ gates, at }, stories) => {
    const swept = newSwept();
    await atOnce(gates, AT_ONCE, (gate) => sweepGate(world, { stories, at, swept }, gate));
    return swept;
  };

async function sweepGate(world: Surroundings, starting: Starting, name: string): Promise<void> {
  const gate = await gateOf(world.policies, name);
  if (gate && (await hasWork(world, gate, starting)))
    await startIfPossible({ ...starting, log: world.log }, 'runGate', name);
}

async function hasWork(world: Surroundings, gate: Gate, { at, swept }: Starting): Promise<boolean> {
  try {
    const found = await world.ledger.get('gates', gate.name, GATE);
    const row = found && parseRow(found, gateRow).value;
    if (!row?.resting || (await requestedOf(world.ledger, 'gates', gate.name)) > row.handled) return true;
    const { reason, dueAt, lookAgainAt, policy } = row.resting;
    if (Math.min(dueAt ?? Infinity, lookAgainAt ?? Infinity) <= at) return true;
    if (policy && !isDeepStrictEqual(policy, decidingPolicy(gate))) return true;
    // Whoever lifted the hold may have died before the gate was asked.
    if (reason.kind === 'held' && !(await readHoldOver(world.ledger, [gate.name]))) return true;
    if (reason.kind === 'frozen' && !(await frozen(world, gate, at))) return true;
    if (reason.kind === 'trouble' && row.failures > 0) return false; // It has its own time to try again.
    return await hasMoved(world, gate, row);
  } catch (error) {
    noteUnreadable(swept, `gate "${gate.name}"`, error);
    return true; // Its own story finds the same trouble, says so in the ledger and rests on it.
  }
}

const frozen = async ({ ledger }: Surroundings, { freeze: windows }: Gate, at: number): Promise<boolean> => {
  const person = await readFreezeOnEverything(ledger);
  return isFrozen([{ windows, ...(person ? { person } : {}) }], at);
};

/** A digest that is not the one last seen, or a tag that is gone: the gate's own look decides what that means. */
async function hasMoved(world: Surroundings, gate: Gate, row: GateRow): Promise<boolean> {
  const answer = await world.upstreams.look(gate.from, await upstreamCredentials(world, gate));
  switch (answer.kind) {
    case 'at':
      return answer.digest !== row.upstream?.digest;
    case 'gone':
      return row.upstream !== undefined;
    case 'unreachable':
      return false;
  }
}
