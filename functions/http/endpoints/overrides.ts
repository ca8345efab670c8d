/**
 * Letting one candidate skip the soak or a freeze. One person asks, and it counts when another one agrees: the same request, from somebody
 * else. It belongs to one digest and one opening of it, and no override skips a check.
 */
import { z } from 'zod';
import type { Override } from '../../../shared/domain/gate-state.ts';
import { candidateKey } from '../../../shared/domain/ids.ts';
import type { Digest } from '../../../shared/domain/reference.ts';
import { readCandidate } from '../../../shared/ledger/gate-book.ts';
import type { CandidateRow, GateRow } from '../../../shared/ledger/gate-rows.ts';
import { put } from '../../../shared/ledger/rows.ts';
import { askGate } from '../ask-gate.ts';
import { askThoseWhoFollow } from '../ask-those-who-follow.ts';
import { personOf } from '../caller.ts';
import type { Asked, Endpoint } from '../endpoint.ts';
import { candidateAsked, digestAsked, gateAsked } from '../find.ts';
import { conflict, notFound } from '../problem.ts';
import { accepted, reasoned } from '../schemas/common.ts';

const wish = z.strictObject({
  skip: z.enum(['soak', 'freeze'], 'there is "soak" and "freeze"; no check can be skipped').describe('The wait.'),
  ...reasoned.shape,
});
type Wish = z.infer<typeof wish>;

export const requestOverride: Endpoint = {
  name: 'requestOverride',
  method: 'POST',
  route: 'gates/{gate}/candidates/{digest}/overrides',
  does: 'Asks that this candidate skip the soak or a freeze, or agrees to it: it counts when two people have asked.',
  request: wish,
  answer: { kind: 'json', status: 202, schema: accepted },
  problems: { 409: 'You have asked already, two people have agreed already, or it is settled.' },
  async handle(asked) {
    const gate = await gateAsked(asked);
    const wanted = await asked.body(wish);
    const digest = digestAsked(asked);
    await candidateAsked(asked, gate);
    let promoted = false;
    const answered = await askGate(asked, gate.name, async (row) => {
      const known = await readCandidate(asked.world.ledger, gate.name, digest);
      if (!known) throw notFound(`gate "${gate.name}" has never seen ${digest}`);
      const candidate = known.row.value;
      promoted = candidate.settled !== undefined;
      if (promoted) assertStillMatters(row, candidate, wanted);
      const override = asOverride(candidate, wanted, asked);
      const others = (candidate.overrides ?? []).filter(({ skip }) => skip !== wanted.skip);
      const overridden = { ...candidate, overrides: [...others, override] };
      return {
        ...(promoted && row.current && override.agreed
          ? { row: { current: { ...row.current, skipsFreeze: true } } }
          : {}),
        changes: [put(candidateKey(digest), known.row, overridden, { open: !promoted })],
        what: override.agreed ? 'override agreed' : 'override asked',
        why: wanted.reason,
        data: { digest, skip: wanted.skip },
      };
    });
    if (promoted) await askThoseWhoFollow(asked, gate.name);
    return answered;
  },
};

/** What is promoted may still wait to be built on and deployed. */
function assertStillMatters({ current }: GateRow, { digest, settled }: CandidateRow, { skip }: Wish): void {
  const isCurrent = settled?.outcome.kind === 'promoted' && current?.digest === digest;
  if (isCurrent && skip === 'freeze') return;
  throw conflict(
    isCurrent
      ? `${digest} is promoted; there is no soak left to skip`
      : `${digest} is settled and not the current one; there is nothing left to skip`,
  );
}

function asOverride({ digest, overrides = [] }: CandidateRow, { skip, reason }: Wish, asked: Asked): Override {
  const known = overrides.find((one) => one.skip === skip);
  if (!known) return { skip, ...personOf(asked, reason) };
  if (known.agreed) throw conflict(alreadyAgreed(digest, known, known.agreed.by));
  if (known.by === asked.caller.id) {
    throw conflict(`you have asked already that ${digest} skip the ${skip}; another person has to agree`);
  }
  return { ...known, agreed: personOf(asked, reason) };
}

const alreadyAgreed = (digest: Digest, { skip, by }: Override, second: string): string =>
  `${digest} skips the ${skip} already: ${by} asked for it, and ${second} agreed`;
