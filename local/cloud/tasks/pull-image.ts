/**
 * Pulls an image even when the engine has it: an agent of ACR Tasks is a fresh machine, so a tag is always today's. Images the run itself
 * made are used as they are.
 */
import { lastLines } from '../../containers/errors.ts';
import { z } from 'zod';
import { RunFailed } from './failures.ts';
import { readImageName, withTag } from './image-name.ts';
import type { RunContext } from './run-context.ts';

/** `always`: also an image that the run itself has made. */
export async function pullFresh(context: RunContext, image: string, how: 'fresh' | 'always' = 'fresh'): Promise<void> {
  const { engine, built, folders, log, signal } = context;
  // A name that the shell puts together is known only to the shell.
  if (image.includes('$') || image.includes('`')) return;
  if (how === 'fresh' && built.has(withTag(image))) return;
  const pulled = await engine.exec(['pull', image], { login: folders.login, onOutput: log.output, signal });
  signal.throwIfAborted();
  if (pulled.code !== 0) throw new RunFailed(`failed to pull ${image}: ${lastLines(pulled.stderr)}`);
}

const inspected = z.tuple([
  z.looseObject({ RepoDigests: z.array(z.string()).nullish(), Digest: z.string().optional() }),
]);

/** The digest that the image's tag named in its registry when it was pulled. */
export async function pulledDigest(context: RunContext, image: string): Promise<string | undefined> {
  const { digest, repository } = readImageName(image);
  if (digest !== undefined) return digest;
  const [{ RepoDigests, Digest }] = inspected.parse(JSON.parse(await context.engine.ok(['image', 'inspect', image])));
  const digests = (RepoDigests ?? []).filter((name) => readImageName(name).repository === repository);
  // Podman names both the index and the manifest of this machine's platform, and says which one the tag named.
  return (digests.find((name) => name.endsWith(`@${Digest}`)) ?? digests[0])?.split('@')[1];
}
