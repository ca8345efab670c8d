/**
 * Looks at the tags of gates now and then: whether the stable tag names the current digest, and the unique tags of the current and the previous
 * promotion what they were made for.
 *
 * A stable tag that has drifted is for the gate's own story to decide. A unique tag that is gone is made again and locked; one that names
 * something else was unlocked and moved by somebody, and is announced.
 */
import type { Promotion } from '../../../shared/domain/gate-state.ts';
import type { Gate } from '../../../shared/domain/policy.ts';
import { readGateOutbox, readGateRow } from '../../../shared/ledger/gate-book.ts';
import type { GateRow } from '../../../shared/ledger/gate-rows.ts';
import { deliver } from '../../../shared/ledger/outbox.ts';
import { request } from '../../../shared/ledger/request.ts';
import type { Activity, Stories, Surroundings } from '../activity.ts';
import { forgetDrift, recordDrift } from '../gate/record-drift.ts';
import { eachGate } from './each-gate.ts';

export interface Upkeep {
  gates: string[];
  /** Epoch milliseconds. */
  at: number;
}

export interface LookedAfter {
  problems: string[];
}

export const lookAfterTags =
  (world: Surroundings): Activity<Upkeep, LookedAfter> =>
  async ({ gates, at }, stories) => ({
    problems: await eachGate(world.policies, gates, async (gate) => {
      const row = (await readGateRow(world.ledger, gate.name))?.value;
      // A promotion under way is about to move the stable tag, and its story looks at it.
      if (!row?.current || row.intention) return [];
      await lookAtStableTag(world, stories, gate, row);
      for (const promotion of promotionsOf(row)) await lookAtUniqueTag(world, gate, promotion, at);
      await deliver(world, { table: 'gates', partition: gate.name, at }, await readGateOutbox(world.ledger, gate.name));
      return [];
    }),
  });

async function lookAtStableTag(world: Surroundings, stories: Stories, gate: Gate, row: GateRow): Promise<void> {
  const stable = await world.registries.digestOf(gate.to);
  if (stable === row.current?.subject || row.drift?.[gate.to.tag] === (stable ?? 'none')) return;
  await request(world.ledger, 'gates', gate.name);
  await stories.start('runGate', gate.name);
}

async function lookAtUniqueTag(world: Surroundings, gate: Gate, promotion: Promotion, at: number): Promise<void> {
  const { registries } = world;
  const { host, repository } = gate.to;
  const unique = { host, repository, tag: promotion.unique };
  const found = await registries.digestOf(unique);
  const drift = { tag: promotion.unique, found: found ?? ('none' as const), at, by: 'sweep' };
  if (found === promotion.subject) {
    await forgetDrift(world.ledger, gate.name, promotion.unique);
    await registries.lockTag(unique);
    return;
  }
  if (found) {
    const why = `the unique tag names ${found}, and was given to ${promotion.subject}; somebody has unlocked and moved it`;
    await recordDrift(world, gate, { ...drift, mended: false, why });
    return;
  }
  const manifest = await registries.manifest({ host, repository, digest: promotion.subject });
  if (!manifest) {
    const why = `the unique tag is gone, and ${promotion.subject} with it: there is no way back to it`;
    await recordDrift(world, gate, { ...drift, mended: false, why });
    return;
  }
  await registries.putManifest(unique, manifest);
  await registries.lockTag(unique);
  await recordDrift(world, gate, { ...drift, mended: true, why: 'the unique tag was gone, and was made again' });
}

/** One digest may have been promoted twice in a row, each time under a tag of its own. */
const promotionsOf = ({ current, previous }: GateRow): Promotion[] =>
  [current, previous].filter((promotion) => promotion !== undefined);
