/** Removes what the demo has made, and looks whether anything is left. */
import { existsSync } from 'node:fs';
import type { Engine } from '../../containers/engine.ts';
import { checkPortsFree } from '../../ports.ts';
import type { Step } from '../story.ts';
import { claim } from '../until.ts';

const PORTS_FREE_WITHIN_MS = 5_000;

export const cleanUp: Step = {
  id: 'S14',
  title: 'everything is removed again: no container, network, image or process of the demo is left',
  always: true,
  async run({ local, say }) {
    const engine = local.engine;
    const processes = Object.values(local.processes).filter((pid) => pid !== undefined);
    const before = await left(engine);
    say(
      `removing ${Object.entries(before)
        .map(([kind, names]) => `${names.length} ${kind}`)
        .join(', ')}`,
    );

    await local.stop();
    await engine.removeAll({ images: true });
    const after = await left(engine);
    for (const [kind, names] of Object.entries(after)) claim(`no ${kind} are left`, names.length === 0, names);
    await local.destroy();

    const running = processes.filter(isRunning);
    claim('no process is left', running.length === 0, running);
    await checkPortsFree(local.instance.ports, { withinMs: PORTS_FREE_WITHIN_MS });
    claim('no file is left', !existsSync(local.instance.directory), local.instance.directory);
    return {
      removed: Object.fromEntries(Object.entries(before).map(([kind, names]) => [kind, names.length])),
      processes,
    };
  },
};

async function left(engine: Engine): Promise<Record<'containers' | 'networks' | 'volumes' | 'images', string[]>> {
  const own = ['--filter', `label=${engine.label}`];
  const list = async (...command: string[]) => (await engine.ok(command)).split('\n').filter((line) => line !== '');
  return {
    containers: await list('ps', '--all', '--quiet', ...own),
    networks: await list('network', 'ls', '--quiet', ...own),
    volumes: await list('volume', 'ls', '--quiet', ...own),
    // Podman has a store of its own here; on docker, what is ours carries the label.
    images: await list('images', '--quiet', ...(engine.name === 'docker' ? own : [])),
  };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}
