/** A push step: each image up to three times. What the run itself built and pushed is its output. */
import { lastLines } from '../../containers/errors.ts';
import { RunFailed } from './failures.ts';
import { readImageName, withTag } from './image-name.ts';
import { PUSH } from './limits.ts';
import type { RunContext } from './run-context.ts';

export async function pushImages(context: RunContext, images: string[]): Promise<void> {
  for (const image of images) {
    const digest = await pushImage(context, image);
    const { registry, repository, tag } = readImageName(image);
    if (digest !== undefined && tag !== undefined && context.built.has(withTag(image))) {
      context.outputImages.push({ registry, repository, tag, digest });
    }
  }
}

async function pushImage(context: RunContext, image: string): Promise<string | undefined> {
  const { engine, folders, log, signal, world } = context;
  for (let attempt = 1; ; attempt++) {
    log.say(`Pushing image: ${image}, attempt ${attempt}`);
    const pushed = await engine.push(image, { login: folders.login, onOutput: log.output, signal });
    signal.throwIfAborted();
    if (pushed.code === 0) {
      if (pushed.digest !== undefined) log.line(`${image}: digest: ${pushed.digest}`);
      log.say(`Successfully pushed image: ${image}`);
      return pushed.digest;
    }
    if (attempt === PUSH.attempts) {
      throw new RunFailed(`failed to push image: ${image}: ${lastLines(pushed.stderr)}`);
    }
    const waitMs = Math.min(PUSH.firstWaitMs * 2 ** (attempt - 1), PUSH.longestWaitMs);
    await new Promise<void>((resolve) => world.clock.after(waitMs, resolve));
  }
}
