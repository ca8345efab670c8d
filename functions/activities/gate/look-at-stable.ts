/**
 * What the stable tag of a gate names, and if that is not the current digest, whether it is a digest that this gate has promoted once or has
 * tried to. An announced drift that is over is forgotten, so that the next one is announced again.
 */
import type { Gate } from '../../../shared/domain/policy.ts';
import type { Digest } from '../../../shared/domain/reference.ts';
import { readPromotions } from '../../../shared/ledger/gate-book.ts';
import type { GateRow } from '../../../shared/ledger/gate-rows.ts';
import type { Surroundings } from '../activity.ts';
import { forgetDrift } from './record-drift.ts';

/** Far more than a late activity may be late by. */
const MOST_PROMOTIONS = 100;

export interface StableSeen {
  stable: Digest | undefined;
  stableIsAttempt?: boolean;
}

export async function lookAtStable(
  { ledger, registries }: Surroundings,
  gate: Gate,
  row: GateRow | undefined,
): Promise<StableSeen | 'conflict'> {
  const stable = await registries.digestOf(gate.to);
  if (!row?.current) return { stable };

  if (stable === row.current.subject) {
    if (row.drift?.[gate.to.tag] === undefined) return { stable };
    return (await forgetDrift(ledger, gate.name, gate.to.tag)) === 'conflict' ? 'conflict' : { stable };
  }
  if (!stable) return { stable };
  const promotions = await readPromotions(ledger, gate.name, { most: MOST_PROMOTIONS });
  const attempts = [...(row.dropped ?? []), ...promotions.map(({ subject }) => subject)];
  return { stable, stableIsAttempt: attempts.includes(stable) };
}
