/** Runs on the real clients, pointed at one server that plays Azure. */
import { registryFinder } from '../../../shared/azure/find-registry.ts';
import { azureRuns } from '../../../shared/azure/runs.ts';
import type { Runs } from '../../../shared/ports/runs.ts';
import { startWired, type Wired } from './wired-clients.ts';

export async function startWiredRuns(): Promise<{ wired: Wired; runs: Runs }> {
  const wired = await startWired();
  return { wired, runs: azureRuns(wired.clients, registryFinder(wired.clients)) };
}
