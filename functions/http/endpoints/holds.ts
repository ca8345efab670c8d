/**
 * Holding everything, a gate or an app: no promotion, no build, no deploy, while looking, intake and checks go on. A person's hold is lifted by
 * a person.
 */
import type { HttpResponseInit } from '@azure/functions';
import type { Hold } from '../../../shared/domain/gate-state.ts';
import { readHoldOnEverything, writeHoldOnEverything } from '../../../shared/ledger/hold-book.ts';
import { askApp } from '../ask-app.ts';
import { askGate } from '../ask-gate.ts';
import { askThoseWhoFollow } from '../ask-those-who-follow.ts';
import { personOf } from '../caller.ts';
import { changeEverything } from '../change-everything.ts';
import type { Asked, Endpoint } from '../endpoint.ts';
import { appAsked, gateAsked } from '../find.ts';
import { accepted, isoTime, reasoned } from '../schemas/common.ts';
import { everythingAsked, holdSeen } from '../schemas/operations.ts';

/** Lifting a hold needs no reason, since the hold had one; it may have one. */
const resumed = reasoned.partial();

const answer = { kind: 'json', status: 202, schema: accepted } as const;

export const getHold: Endpoint = {
  name: 'getHold',
  method: 'GET',
  route: 'hold',
  does: 'Says whether everything is held, by whom and why.',
  answer: { kind: 'json', status: 200, schema: holdSeen },
  async handle({ world }) {
    const hold = await readHoldOnEverything(world.ledger);
    return { jsonBody: hold ? { hold: { ...hold, at: isoTime(hold.at) } } : {} };
  },
};

export const holdAll: Endpoint = {
  name: 'holdAll',
  method: 'PUT',
  route: 'hold',
  does: 'Holds everything: nothing is promoted, built or deployed until a person lifts it.',
  request: reasoned,
  answer: { kind: 'json', status: 202, schema: everythingAsked },
  async handle(asked) {
    const { reason } = await asked.body(reasoned);
    return changeHold(asked, personOf(asked, reason));
  },
};

export const resumeAll: Endpoint = {
  name: 'resumeAll',
  method: 'DELETE',
  route: 'hold',
  does: 'Lifts the hold on everything; the holds of gates and apps stay.',
  request: resumed,
  answer: { kind: 'json', status: 202, schema: everythingAsked },
  async handle(asked) {
    const { reason } = await asked.body(resumed);
    return changeHold(asked, undefined, reason);
  },
};

const changeHold = (asked: Asked, hold: Hold | undefined, why?: string): Promise<HttpResponseInit> =>
  changeEverything(asked, {
    ...wishOf(hold, why),
    location: '/api/hold',
    write: (told) => writeHoldOnEverything(asked.world.ledger, hold, told),
  });

const wishOf = (hold: Hold | undefined, why = 'the hold was lifted') =>
  hold ? { what: 'hold', why: hold.why } : { what: 'resume', why };

export const holdGate: Endpoint = {
  name: 'holdGate',
  method: 'PUT',
  route: 'gates/{gate}/hold',
  does: 'Holds a gate: it promotes nothing, nothing is built from it, and apps that run it are left as they are.',
  request: reasoned,
  answer,
  async handle(asked) {
    const gate = await gateAsked(asked);
    const { reason } = await asked.body(reasoned);
    return changeGateHold(asked, gate.name, personOf(asked, reason));
  },
};

export const resumeGate: Endpoint = {
  name: 'resumeGate',
  method: 'DELETE',
  route: 'gates/{gate}/hold',
  does: 'Lifts the hold of a gate.',
  request: resumed,
  answer,
  async handle(asked) {
    const gate = await gateAsked(asked);
    const { reason } = await asked.body(resumed);
    return changeGateHold(asked, gate.name, undefined, reason);
  },
};

/** What is built from the gate, and the apps that run it, feel its hold too. */
async function changeGateHold(
  asked: Asked,
  gate: string,
  hold: Hold | undefined,
  why?: string,
): Promise<HttpResponseInit> {
  const answered = await askGate(asked, gate, () => ({ row: { hold }, ...wishOf(hold, why) }));
  await askThoseWhoFollow(asked, gate);
  return answered;
}

export const requestAppHold: Endpoint = {
  name: 'requestAppHold',
  method: 'PUT',
  route: 'apps/{app}/hold',
  does: 'Holds an app as it is; a deployment under way is seen to its end.',
  request: reasoned,
  answer,
  async handle(asked) {
    const app = await appAsked(asked);
    const { reason } = await asked.body(reasoned);
    const personHold = personOf(asked, reason);
    return askApp(asked, app, () => ({ row: { personHold }, ...wishOf(personHold) }));
  },
};

export const requestAppResume: Endpoint = {
  name: 'requestAppResume',
  method: 'DELETE',
  route: 'apps/{app}/hold',
  does: 'Lifts a person’s hold of an app, also that of a rollback; what failed there is not tried again.',
  request: resumed,
  answer,
  async handle(asked) {
    const app = await appAsked(asked);
    const { reason } = await asked.body(resumed);
    return askApp(asked, app, () => ({ row: { personHold: undefined }, ...wishOf(undefined, reason) }));
  },
};
