/** Finds what a route names. Throws a 404 `Problem` that says what there is. */
import type { App, Gate, Image, Policy } from '../../shared/domain/policy.ts';
import { digest as digestSchema, type Digest } from '../../shared/domain/reference.ts';
import { readCandidate, type CandidateBook } from '../../shared/ledger/gate-book.ts';
import { readFreezeOnEverything } from '../../shared/ledger/freeze-book.ts';
import { readHoldOnEverything } from '../../shared/ledger/hold-book.ts';
import type { Asked } from './endpoint.ts';
import type { Asking } from './gate-view.ts';
import { notFound, Problem } from './problem.ts';

/** The policy in force. 503 when there is none. */
export async function policyInForce({ world }: Asked): Promise<Policy> {
  const { policy, problems } = await world.policies.current();
  if (policy) return policy;
  throw new Problem(503, 'No valid policy', `there has been no valid policy yet: ${problems.join('; ')}`);
}

export async function gateAsked(asked: Asked): Promise<Gate> {
  const { gates } = await policyInForce(asked);
  const name = asked.param('gate');
  const gate = gates[name];
  if (!gate) throw notFound(`there is no gate "${name}"; there are: ${Object.keys(gates).join(', ')}`);
  return gate;
}

export async function imageAsked(asked: Asked): Promise<Image> {
  const { images } = await policyInForce(asked);
  const name = asked.param('image');
  const image = images[name];
  if (!image) throw notFound(`there is no image "${name}"; there are: ${Object.keys(images).join(', ')}`);
  return image;
}

export async function appAsked(asked: Asked): Promise<App> {
  const { apps } = await policyInForce(asked);
  const name = asked.param('app');
  const app = apps[name];
  if (!app) throw notFound(`there is no app "${name}"; there are: ${Object.keys(apps).join(', ')}`);
  return app;
}

export function digestAsked(asked: Asked): Digest {
  const text = asked.param('digest');
  const parsed = digestSchema.safeParse(text);
  if (!parsed.success)
    throw new Problem(400, 'Not a digest', `"${text}" is not a digest; write sha256: and 64 hex digits`);
  return parsed.data;
}

export async function candidateAsked(asked: Asked, gate: Gate): Promise<CandidateBook> {
  const digest = digestAsked(asked);
  const candidate = await readCandidate(asked.world.ledger, gate.name, digest);
  if (!candidate) throw notFound(`gate "${gate.name}" has never seen ${digest}`);
  return candidate;
}

export const askingNow = async ({ world, at }: Asked): Promise<Asking> => ({
  now: at,
  holdOnEverything: await readHoldOnEverything(world.ledger),
  freezeOnEverything: await readFreezeOnEverything(world.ledger),
});
