/**
 * Freezing everything until a time: nothing is promoted, built or deployed, while looking, intake and checks go on. It ends by itself, or when a
 * person ends it; what has to stop until a person says otherwise is held.
 */
import type { HttpResponseInit } from '@azure/functions';
import { z } from 'zod';
import { LONGEST_FREEZE_MS, type PersonFreeze } from '../../../shared/domain/freeze.ts';
import { readFreezeOnEverything, writeFreezeOnEverything } from '../../../shared/ledger/freeze-book.ts';
import { personOf } from '../caller.ts';
import { changeEverything } from '../change-everything.ts';
import type { Asked, Endpoint } from '../endpoint.ts';
import { unprocessable } from '../problem.ts';
import { isoTime, reasoned } from '../schemas/common.ts';
import { everythingAsked, freezeSeen } from '../schemas/operations.ts';

const wish = z.strictObject({
  until: z.iso
    .datetime({ offset: true, error: 'write a time with its offset, such as 2026-12-27T08:00:00+01:00' })
    .describe('When it ends by itself: within a year from now.'),
  ...reasoned.shape,
});

/** Ending it needs no reason; it may have one. */
const thawed = reasoned.partial();

const answer = { kind: 'json', status: 202, schema: everythingAsked } as const;

export const getFreeze: Endpoint = {
  name: 'getFreeze',
  method: 'GET',
  route: 'freeze',
  does: 'Says whether a person has frozen everything, until when and why; the windows of the policy are not here.',
  answer: { kind: 'json', status: 200, schema: freezeSeen },
  async handle({ world, at }) {
    return { jsonBody: freezeView(await readFreezeOnEverything(world.ledger), at) };
  },
};

/** One that is over is none. */
export const freezeView = (freeze: PersonFreeze | undefined, now: number): z.input<typeof freezeSeen> =>
  freeze && freeze.until > now ? { freeze: { ...freeze, at: isoTime(freeze.at), until: isoTime(freeze.until) } } : {};

export const freezeAll: Endpoint = {
  name: 'freezeAll',
  method: 'PUT',
  route: 'freeze',
  does: 'Freezes everything until a time: nothing is promoted, built or deployed. To stop without a time, hold everything.',
  request: wish,
  answer,
  async handle(asked) {
    const { until: text, reason } = await asked.body(wish);
    const until = Date.parse(text);
    if (until <= asked.at) throw unprocessable(`until: ${text} is over; name a time that is to come`);
    if (until - asked.at > LONGEST_FREEZE_MS)
      throw unprocessable(`until: ${text} is more than a year away; to stop for longer, PUT /api/hold`);
    return change(asked, { ...personOf(asked, reason), until });
  },
};

export const thawAll: Endpoint = {
  name: 'thawAll',
  method: 'DELETE',
  route: 'freeze',
  does: 'Ends the freeze of everything; the windows of the policy and every hold stay.',
  request: thawed,
  answer,
  async handle(asked) {
    const { reason } = await asked.body(thawed);
    return change(asked, undefined, reason);
  },
};

const change = (
  asked: Asked,
  freeze: PersonFreeze | undefined,
  why = 'the freeze was ended',
): Promise<HttpResponseInit> =>
  changeEverything(asked, {
    ...(freeze ? { what: 'freeze', why: freeze.why, data: { until: isoTime(freeze.until) } } : { what: 'thaw', why }),
    location: '/api/freeze',
    write: (told) => writeFreezeOnEverything(asked.world.ledger, freeze, told),
  });
