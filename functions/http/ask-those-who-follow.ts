/** Images and apps that stand on what a gate promotes are asked to look, after a person's request that bears on them too. */
import { askFollowers } from '../ask-followers.ts';
import type { Asked } from './endpoint.ts';
import { policyInForce } from './find.ts';

export async function askThoseWhoFollow(asked: Asked, gate: string): Promise<void> {
  const { world, stories } = asked;
  await askFollowers({ ledger: world.ledger, stories, policy: await policyInForce(asked) }, gate);
}
