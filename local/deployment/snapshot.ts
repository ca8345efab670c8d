/** Reads a committed snapshot: what the Bicep CLI predicts that Azure would be asked for, with expressions where only Azure knows. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { repositoryRoot } from '../layout.ts';

const predicted = z.looseObject({
  /** Resources of Microsoft Graph have none. */
  id: z.string().optional(),
  type: z.string(),
  apiVersion: z.string().optional(),
  /** An expression; without one it is always made. */
  condition: z.string().optional(),
});
export type Predicted = z.infer<typeof predicted>;

const snapshot = z.object({ predictedResources: z.array(predicted) });

/** The two stages of the walkthrough: the system, and what follows when the app is there. */
export type Stage = 'walkthrough' | 'walkthrough-subscriptions';

/** In the order of the file, which is no order to deploy them in. */
export async function readStage(stage: Stage): Promise<Predicted[]> {
  const file = join(repositoryRoot, 'infra', 'examples', `${stage}.snapshot.json`);
  return snapshot.parse(JSON.parse(await readFile(file, 'utf8'))).predictedResources;
}
