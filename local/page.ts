/** Where the page of the walkthrough is, once it is up: somebody who has just started a system wants to see it, and it comes a while later. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createAsk } from './demo/ask.ts';
import { HELLO_WORLD, RESOURCE_GROUP } from './demo/walkthrough.ts';
import type { Local } from './local.ts';
import { AzureRefused } from './provision/azure-client.ts';

const LOOK_EVERY_MS = 1_000;

/** Answers its URL; `undefined` when `signal` says that nobody waits for it any more. */
export async function pageIsUp(
  local: Pick<Local, 'instance' | 'endpoints'>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const ask = createAsk(local);
  const look = async (): Promise<string | undefined> => {
    const group = await ask.group(RESOURCE_GROUP, HELLO_WORLD);
    if (!group?.ip) return undefined;
    const url = `http://${group.ip}/`;
    return (await ask.page(url)) === undefined ? undefined : url;
  };
  while (!signal.aborted) {
    const url = await look().catch(whileAway);
    if (url !== undefined) return url;
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(unlessAborted);
  }
  return undefined;
}

/** The emulated Azure may be starting again: `fetch` throws a TypeError when nobody answers. The next look is the retry. */
function whileAway(error: unknown): undefined {
  if (error instanceof TypeError || error instanceof AzureRefused) return undefined;
  throw error;
}

function unlessAborted(error: unknown): void {
  if ((error as Error).name !== 'AbortError') throw error;
}
