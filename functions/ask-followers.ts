/** Everything that builds on a gate or runs what it promotes is asked to look. Asking twice is harmless. */
import { appsOfGate, imagesBuiltFrom } from '../shared/domain/graph.ts';
import type { Policy } from '../shared/domain/policy.ts';
import { request } from '../shared/ledger/request.ts';
import type { Ledger } from '../shared/ports/ledger.ts';
import type { Stories } from './activities/activity.ts';

export async function askFollowers(
  { ledger, stories, policy }: { ledger: Ledger; stories: Stories; policy: Policy },
  gate: string,
): Promise<void> {
  for (const image of imagesBuiltFrom(policy, gate)) {
    await request(ledger, 'images', image.name);
    await stories.start('buildImage', image.name);
  }
  if (appsOfGate(policy, gate).length > 0) {
    await request(ledger, 'images', gate);
    await stories.start('rollOut', gate);
  }
}
