/** Makes the place where a run is executed, and takes it away again with everything that carries the run's label. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { World } from '../world.ts';
import { endMarkedProcesses } from './marked-processes.ts';
import type { RunRecord } from './records.ts';
import { runLabel, type RunFolders } from './run-context.ts';

export interface RunPlace {
  label: string;
  volume: string;
  homeVolume: string;
  workspace: string;
  folders: RunFolders;
}

type RunName = Pick<RunRecord, 'registry' | 'runId'>;

const runFolder = (world: World, { registry, runId }: RunName): string =>
  join(world.directory, 'tasks', 'runs', `${registry.toLowerCase()}-${runId}`);

export async function prepareRun(world: World, run: RunName): Promise<RunPlace> {
  const { engine, config } = world;
  const all = runFolder(world, run);
  const folders: RunFolders = {
    all,
    home: join(all, 'home'),
    clients: join(all, 'clients'),
    login: join(all, 'login'),
    git: join(all, 'git'),
  };
  const label = runLabel(world, run);
  for (const folder of [folders.home, folders.login]) await mkdir(folder, { recursive: true, mode: 0o700 });
  const volume = `acb-${config.instance}-${run.registry.toLowerCase()}-${run.runId}`;
  const homeVolume = `${volume}-home`;
  const [workspace] = await Promise.all([
    engine.ensureVolume({ name: volume, folder: join(all, 'workspace'), labels: [label] }),
    engine.ensureVolume({ name: homeVolume, folder: join(all, 'container-home'), labels: [label] }),
  ]);
  return { label, volume, homeVolume, workspace, folders };
}

/** Safe to run twice, and for a run of which nothing is left. */
export async function removeRunPlace(world: World, run: RunName): Promise<void> {
  const label = runLabel(world, run);
  // Containers first, so that the programs that wait for them end by themselves.
  await world.engine.removeAll({ label });
  // What they made before they ended goes too.
  if (endMarkedProcesses(label) > 0) await world.engine.removeAll({ label });
  await rm(runFolder(world, run), { recursive: true, force: true });
}
