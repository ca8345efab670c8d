/** Removes a local system that does not run: its containers, networks, volumes and images, and its directory. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { detectEngine } from './containers/detect.ts';
import { instanceName, rememberedInstance } from './instance.ts';
import { layoutOf } from './layout.ts';
import { checkPortsFree } from './ports.ts';

/** What was stopped a moment ago may still hold its ports. */
const STOPPED_WITHIN_MS = 3_000;

/** Throws `PortsInUse` while it runs. Nothing to do is fine. */
export async function removeLocal(directory: string, options: { log: (line: string) => void }): Promise<void> {
  const instance = await rememberedInstance(directory);
  if (instance) await checkPortsFree(instance.ports, { withinMs: STOPPED_WITHIN_MS });
  const { cloud } = layoutOf(directory);
  // Without this file no engine was ever used here, and asking for one would only find out which there is.
  if (existsSync(join(cloud, 'engine.json'))) {
    const engine = await detectEngine({ directory: cloud, instance: instanceName(directory), log: options.log });
    await engine.removeAll({ images: true });
  }
  await rm(directory, { recursive: true, force: true });
}
