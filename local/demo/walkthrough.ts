/**
 * The names of the walkthrough, and the few things that several of its steps do: commit a change, wait for a promotion, look at what the
 * app's container group runs.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commitAll, type RepositoryName } from '../provision/repositories.ts';
import type { Group } from './ask.ts';
import { keepAwayFromSchedule } from './schedule.ts';
import type { Context } from './story.ts';
import { missing, until } from './until.ts';

export const NODE = 'node';
export const STABLE_TAG = '15-alpine';
export const GATE = 'node';
/** `<gate>/<repository>` in the quarantine registry. */
export const QUARANTINED = 'node/node';
export const HELLO_WORLD = 'hello-world';
export const RESOURCE_GROUP = 'hello-world-aci-rg';

const PROMOTED_WITHIN_SECONDS = 90;
const DEPLOYED_WITHIN_SECONDS = 90;
const BUILT_WITHIN_SECONDS = 60;

/** What the page says of itself. */
export interface Page {
  color: string | undefined;
  version: string | undefined;
}

export const readPage = (html: string): Page => ({
  color: /id="color">([^<]*)</.exec(html)?.[1],
  version: /id="version">([^<]*)</.exec(html)?.[1],
});

/** Commits what `edit` makes of a file; answers the commit. */
export async function commitChange(
  context: Context,
  change: { repository: RepositoryName; file: string; message: string; edit: (text: string) => string },
): Promise<string> {
  const folder = context.local.endpoints.repositories[change.repository];
  const file = join(folder, change.file);
  const before = await readFile(file, 'utf8');
  const after = change.edit(before);
  if (after === before) throw new Error(`${file} is not as the walkthrough expects it: there is nothing to change`);
  await writeFile(file, after);
  const commit = await commitAll(folder, change.message);
  context.say(`committed ${commit.slice(0, 12)} to ${change.repository}: ${change.message}`);
  return commit;
}

/** Paints the base image; answers the run of its task and the digest that it pushed. */
export async function paint(
  context: Context,
  colour: string,
): Promise<{ runId: string; commit: string; digest: string }> {
  await keepAwayFromSchedule(context);
  const before = await context.ask.registries.public.digestOf(NODE, STABLE_TAG);
  const commit = await commitChange(context, {
    repository: 'base-image-node',
    file: 'Dockerfile',
    message: `Paint it ${colour}`,
    edit: (text) => text.replace(/^(ENV BACKGROUND_COLOR[= ]).*$/m, `$1${colour}`),
  });
  const run = await context.ask.runs.public.succeeded(
    `the run of base-image-node for ${commit.slice(0, 12)}`,
    ({ sourceTrigger }) => sourceTrigger?.commitId === commit,
  );
  context.say(`run ${run.runId} has built it`);
  const digest = await until(
    `${NODE}:${STABLE_TAG} in the public registry has moved`,
    async () => {
      const now = await context.ask.registries.public.digestOf(NODE, STABLE_TAG);
      return now !== undefined && now !== before ? now : missing(now);
    },
    { withinSeconds: BUILT_WITHIN_SECONDS },
  );
  return { runId: run.runId, commit, digest };
}

/** Releases hello-world under a version; answers the image that the run of its task has pushed. */
export async function release(
  context: Context,
  version: string,
): Promise<{ runId: string; commit: string; image: string }> {
  const { ask, say } = context;
  const commit = await commitChange(context, {
    repository: 'hello-world',
    file: 'Dockerfile',
    message: `Release ${version}`,
    edit: (text) => text.replace(/^(ENV VERSION=).*$/m, `$1${version}`),
  });
  const { runId } = await ask.runs.team.succeeded(
    `the run of hello-world for ${commit.slice(0, 12)}`,
    ({ sourceTrigger }) => sourceTrigger?.commitId === commit,
  );
  const image = await ask.registries.team.digestOf(HELLO_WORLD, runId);
  if (image === undefined) throw new Error(`run ${runId} has not pushed ${HELLO_WORLD}:${runId}`);
  say(`run ${runId} has built ${image}`);
  return { runId, commit, image };
}

/** Waits until the stable tag names the digest; answers the unique tag that names it too. */
export async function promoted(context: Context, digest: string): Promise<{ unique: string }> {
  const { base } = context.ask.registries;
  await until(
    `${NODE}:${STABLE_TAG} in the base registry is ${digest}`,
    async () => {
      const now = await base.digestOf(NODE, STABLE_TAG);
      return now === digest ? true : missing(now);
    },
    { withinSeconds: PROMOTED_WITHIN_SECONDS },
  );
  for (const tag of await base.tags(NODE)) {
    if (tag !== STABLE_TAG && (await base.digestOf(NODE, tag)) === digest) return { unique: tag };
  }
  throw new Error(`no unique tag names ${digest}; tags: ${(await base.tags(NODE)).join(', ')}`);
}

/** Digest of the image that the app's group runs, once `wanted` says so of it and its page. */
export async function running(
  context: Context,
  what: string,
  wanted: (seen: { digest: string; page: Page }) => Promise<boolean>,
): Promise<{ group: Group; digest: string; url: string; page: Page }> {
  return until(
    what,
    async () => {
      const group = await context.ask.group(RESOURCE_GROUP, HELLO_WORLD);
      if (!group?.ip) return missing(group ? `a group that is ${group.state}, without an address` : 'no group');
      const [digest] = group.images.map((image) => image.split('@')[1]);
      if (digest === undefined) return missing(`images ${group.images.join(', ')}, not by digest`);
      const url = `http://${group.ip}/`;
      const html = await context.ask.page(url);
      if (html === undefined) return missing(`no answer from ${url}`);
      const page = readPage(html);
      context.memory.sites[HELLO_WORLD] = url;
      return (await wanted({ digest, page })) ? { group, digest, url, page } : missing({ digest, url, ...page });
    },
    { withinSeconds: DEPLOYED_WITHIN_SECONDS },
  );
}

/** Its lowest layers are those of the promoted base. */
export async function isBuiltOn(context: Context, image: string, base: string): Promise<boolean> {
  const [own, below] = await Promise.all([
    context.ask.registries.team.layersOf(HELLO_WORLD, image),
    context.ask.registries.base.layersOf(NODE, base),
  ]);
  return below.length > 0 && below.every((layer, index) => own[index] === layer);
}
