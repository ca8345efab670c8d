/** Makes the volumes of a task file and puts its secret files into them. They go with the run. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { engineName, type RunContext } from './run-context.ts';
import type { SecretVolume } from './step.ts';

export async function prepareVolumes(context: RunContext, volumes: SecretVolume[]): Promise<void> {
  const { engine, folders, label, log } = context;
  for (const { name, files } of volumes) {
    const folder = await engine.ensureVolume({
      name: engineName(context, name),
      folder: join(folders.all, 'volumes', name),
      labels: [label],
    });
    for (const [file, bytes] of Object.entries(files)) {
      // With a line end behind it, as ACR Tasks' engine writes it, and readable by whatever user a step has.
      await writeFile(join(folder, file), Buffer.concat([bytes, Buffer.from('\n')]), { mode: 0o644 });
    }
    log.say(`Volume source ${name} successfully created`);
  }
}
