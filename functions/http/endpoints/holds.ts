/**
 * Holding everything, a gate or an app: no promotion, no build, no deploy, while looking, intake and checks go on. A person's hold is lifted by
 * a person.
 */
import type { HttpResponseInit } from '@azure/functions';
import type { Hold } from '../../../shared/domain/gate-state.ts';
import {
  EVERYTHING,
  readEverythingOutbox,
  readHoldOnEverything,
  writeHoldOnEverything,
} from '../../../shared/ledger/hold-book.ts';
import { deliver, tell } from '../../../shared/ledger/outbox.ts';
import { askFollowers } from '../../ask-followers.ts';
import { askApp } from '../ask-app.ts';
import { askEverything } from '../ask-everything.ts';
import { askGate } from '../ask-gate.ts';
import type { Asked, Endpoint } from '../endpoint.ts';
import { appAsked, gateAsked, policyInForce } from '../find.ts';
import { accepted, isoTime, reasoned } from '../schemas/common.ts';
import { everythingAsked, holdSeen } from '../schemas/operations.ts';

const answer = { kind: 'json', status: 202, schema: accepted } as const;

export const getHold: Endpoint = {
  name: 'getHold',
  method: 'GET',
  route: 'hold',
  role: 'viewer',
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
  role: 'operator',
  does: 'Holds everything: nothing is promoted, built or deployed until a person lifts it.',
  request: reasoned,
  answer: { kind: 'json', status: 202, schema: everythingAsked },
  async handle(asked) {
    const { reason } = await asked.body(reasoned);
    return changeHold(asked, holdBy(asked, reason));
  },
};

export const resumeAll: Endpoint = {
  name: 'resumeAll',
  method: 'DELETE',
  route: 'hold',
  role: 'operator',
  does: 'Lifts the hold on everything; the holds of gates and apps stay.',
  answer: { kind: 'json', status: 202, schema: everythingAsked },
  handle: (asked) => changeHold(asked, undefined),
};

/** Also with no valid policy: then there is nobody to ask yet, and whoever looks first finds the hold. */
async function changeHold(asked: Asked, hold: Hold | undefined): Promise<HttpResponseInit> {
  const { world, caller, at } = asked;
  const wish = wishOf(hold);
  const told = { at, by: caller.id, subject: 'everything', ...wish, data: {} };
  await writeHoldOnEverything(world.ledger, hold, tell(`asked-${crypto.randomUUID()}`, told));
  await deliver(world, { table: 'gates', partition: EVERYTHING, at }, await readEverythingOutbox(world.ledger));
  const jsonBody = { what: wish.what, ...(await askEverything(asked)) };
  return { status: 202, headers: { location: '/api/hold' }, jsonBody };
}

const holdBy = ({ caller, at }: Asked, why: string): Hold => ({ by: caller.id, why, at });

const wishOf = (hold: Hold | undefined) =>
  hold ? { what: 'hold', why: hold.why } : { what: 'resume', why: 'the hold was lifted' };

export const holdGate: Endpoint = {
  name: 'holdGate',
  method: 'PUT',
  route: 'gates/{gate}/hold',
  role: 'operator',
  does: 'Holds a gate: it promotes nothing, nothing is built from it, and apps that run it are left as they are.',
  request: reasoned,
  answer,
  async handle(asked) {
    const gate = await gateAsked(asked);
    const { reason } = await asked.body(reasoned);
    return changeGateHold(asked, gate.name, holdBy(asked, reason));
  },
};

export const resumeGate: Endpoint = {
  name: 'resumeGate',
  method: 'DELETE',
  route: 'gates/{gate}/hold',
  role: 'operator',
  does: 'Lifts the hold of a gate.',
  answer,
  async handle(asked) {
    const gate = await gateAsked(asked);
    return changeGateHold(asked, gate.name, undefined);
  },
};

/** What is built from the gate, and the apps that run it, feel its hold too. */
async function changeGateHold(asked: Asked, gate: string, hold: Hold | undefined): Promise<HttpResponseInit> {
  const { world, stories } = asked;
  const answered = await askGate(asked, gate, () => ({ row: { hold }, ...wishOf(hold) }));
  await askFollowers({ ledger: world.ledger, stories, policy: await policyInForce(asked) }, gate);
  return answered;
}

export const requestAppHold: Endpoint = {
  name: 'requestAppHold',
  method: 'PUT',
  route: 'apps/{app}/hold',
  role: 'operator',
  does: 'Holds an app as it is; a deployment under way is seen to its end.',
  request: reasoned,
  answer,
  async handle(asked) {
    const app = await appAsked(asked);
    const { reason } = await asked.body(reasoned);
    const personHold = holdBy(asked, reason);
    return askApp(asked, app, () => ({ row: { personHold }, ...wishOf(personHold) }));
  },
};

export const requestAppResume: Endpoint = {
  name: 'requestAppResume',
  method: 'DELETE',
  route: 'apps/{app}/hold',
  role: 'operator',
  does: 'Lifts a person’s hold of an app, also that of a rollback; what failed there is not tried again.',
  answer,
  async handle(asked) {
    const app = await appAsked(asked);
    return askApp(asked, app, () => ({ row: { personHold: undefined }, ...wishOf(undefined) }));
  },
};
