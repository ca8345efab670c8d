/** Whether what an app should run, what it was given last, and what would be put back stand on a digest that was recalled. */
import type { App } from '../../../shared/domain/policy.ts';
import type { Digest } from '../../../shared/domain/reference.ts';
import type { AppState } from '../../../shared/domain/rollout-state.ts';
import { readVersion } from '../../../shared/ledger/image-book.ts';
import { isRecalled, standsOnRecalled } from '../../../shared/ledger/recall-book.ts';
import type { Ledger } from '../../../shared/ports/ledger.ts';

export async function recalledAt(
  ledger: Ledger,
  app: App,
  {
    wanted,
    deployed,
    lastHealthy,
  }: Record<'wanted' | 'deployed', Digest | undefined> & { lastHealthy?: Digest | undefined },
): Promise<NonNullable<AppState['recalled']>> {
  const stands = async (digest: Digest | undefined) =>
    digest !== undefined && (await runsRecalled(ledger, app, digest));
  return {
    ...((await stands(wanted)) ? { wanted: true } : {}),
    ...((await stands(deployed)) ? { deployed: true } : {}),
    ...((await stands(lastHealthy)) ? { lastHealthy: true } : {}),
  };
}

async function runsRecalled(ledger: Ledger, { runs }: App, digest: Digest): Promise<boolean> {
  if (runs.kind === 'gate') return isRecalled(ledger, runs.gate, digest);
  const version = await readVersion(ledger, runs.image, digest);
  return version !== undefined && standsOnRecalled(ledger, version);
}
