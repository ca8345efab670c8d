/**
 * A push somewhere: whoever cares in the policy is asked to look. An event of no interest, or a malformed one, is answered well, so that it is
 * not delivered for ever; trouble with the ledger is thrown, so that it comes again.
 */
import type { InvocationContext } from '@azure/functions';
import { acceptsTag } from '../../shared/domain/graph.ts';
import type { Policy } from '../../shared/domain/policy.ts';
import type { RepositoryReference } from '../../shared/domain/reference.ts';
import { request } from '../../shared/ledger/request.ts';
import { readSweep } from '../../shared/ledger/sweep-book.ts';
import type { Stories, Surroundings } from '../activities/activity.ts';
import { readPushed, type Pushed } from './pushed-image.ts';

/** Three sweeps missed at the usual five minutes, or none since the beginning: then an event starts one. */
const OVERDUE_MS = 15 * 60_000;

type Log = Pick<InvocationContext, 'log' | 'warn'>;

export async function onImagePushed(world: Surroundings, event: unknown, stories: Stories, log: Log): Promise<void> {
  const pushed = readPushed(event);
  if (pushed.kind === 'malformed') return log.warn(`event dropped: ${pushed.problem}`);
  if (pushed.kind === 'other') return log.log(`event of type ${pushed.type} ignored`);

  const { policy } = await world.policies.current();
  if (!policy) return log.warn('event dropped: there is no valid policy; the first sweep with one finds the push');
  for (const gate of gatesAsked(policy, pushed)) {
    await request(world.ledger, 'gates', gate);
    await stories.start('runGate', gate);
  }
  for (const image of imagesAsked(policy, pushed)) {
    await request(world.ledger, 'images', image);
    await stories.start('buildImage', image);
  }
  const last = await readSweep(world.ledger);
  if (!last || Date.now() - last.endedAt > OVERDUE_MS) await stories.start('sweep', '');
}

type Push = Extract<Pushed, { kind: 'pushed' }>;

/** Without a tag, or a host, everything that may be meant is asked: looking costs little. */
const gatesAsked = (policy: Policy, pushed: Push): string[] =>
  Object.values(policy.gates)
    .filter(({ from }) => isPlace(from, pushed) && (!pushed.tag || pushed.tag === from.tag))
    .map(({ name }) => name);

const imagesAsked = (policy: Policy, pushed: Push): string[] =>
  Object.values(policy.images)
    .filter((image) => isPlace(image, pushed) && (!pushed.tag || acceptsTag(image.tags, pushed.tag)))
    .map(({ name }) => name);

const isPlace = (place: RepositoryReference, pushed: Push) =>
  place.repository === pushed.repository && (!pushed.host || pushed.host === place.host);
