/** Removes what carries a label, and looks again: what is still there afterwards is an error, not a warning. */
import type { Engine } from './engine.ts';
import { EngineError } from './errors.ts';

type Commands = Pick<Engine, 'exec' | 'ok'>;

export async function removeLabelled(
  engine: Commands,
  options: { label: string; removeContainer: string[] },
): Promise<void> {
  const filter = ['--filter', `label=${options.label}`];
  await removeListed(engine, ['ps', '--all', '--quiet', '--no-trunc', ...filter], options.removeContainer);
  await removeListed(engine, ['volume', 'ls', '--quiet', ...filter], ['volume', 'rm', '--force']);
  await removeListed(engine, ['network', 'ls', '--quiet', ...filter], ['network', 'rm']);
}

/** A thing may be gone, or a container may be on its way out, when its turn comes: only what is left after the last try counts. */
const TRIES = 3;

async function removeListed(engine: Commands, list: string[], remove: string[]): Promise<void> {
  let ids = words(await engine.ok(list));
  for (let tried = 1; ids.length > 0; tried++) {
    const executed = await engine.exec([...remove, ...ids]);
    ids = words(await engine.ok(list));
    if (ids.length > 0 && tried === TRIES) throw new EngineError('the engine', remove, executed);
  }
}

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');
