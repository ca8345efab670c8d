/**
 * Hostile images, through the whole app and real containers: one gate and one upstream tag for each trick, all at once.
 *
 * Each is contained or rejected; none gets to know a secret, none reaches anybody, and nothing that it says is run.
 */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MARKER, type Trick } from './trick.ts';
import { burglars } from './tricks/burglars.ts';
import { hogs } from './tricks/hogs.ts';
import { manifests } from './tricks/manifests.ts';
import { moves } from './tricks/moving.ts';
import { services } from './tricks/services.ts';
import { shells } from './tricks/shells.ts';
import { words } from './tricks/words.ts';
import { startWorld, type World } from './world.ts';

const tricks = [...moves, ...shells, ...services, ...hogs, ...burglars, ...manifests, ...words];

let world: World;
beforeAll(async () => {
  world = await startWorld(tricks);
});
afterAll(() => world?.close());

describe.concurrent('the gate', () => {
  // (A title of `test.each` is cut after a few words.)
  for (const trick of tricks) {
    test(trick.does, async () => {
      const offered = world.offered(trick, await trick.push(world));

      await trick.ends(offered, world);

      if (!trick.promoted) expect(await world.system.ask.registries.base.tags(trick.gate)).toEqual([]);
      for (const check of checksOf(trick)) await knowsNothing(trick, offered, check);
    });
  }
});

describe('a forged event', () => {
  test.each([
    ['a tag of signs of a shell', (canary: string) => ({ repository: 'library/moving', tag: `22;$(touch ${canary})` })],
    ['a repository of dots', (canary: string) => ({ repository: `../../${canary}`, tag: '22' })],
    ['a digest of its own', () => ({ repository: 'library/forger', tag: '22', digest: `sha256:${'f'.repeat(64)}` })],
  ])('with %s costs a look at most', async (_, targetOf) => {
    const { app } = world.system.local.endpoints;
    const target = { mediaType: 'application/vnd.oci.image.manifest.v1+json', ...targetOf(world.canary) };
    const event = {
      ...{ id: 'forged', topic: '/forged', subject: target.tag, eventType: 'Microsoft.ContainerRegistry.ImagePushed' },
      ...{ eventTime: new Date().toISOString(), dataVersion: '1.0' },
      data: { action: 'push', target, request: { host: world.debian.host } },
    };

    const answer = await fetch(`${app}/runtime/webhooks/eventgrid?functionName=onImagePushed`, {
      method: 'POST',
      headers: { 'aeg-event-type': 'Notification' },
      body: JSON.stringify([event]),
    });

    expect(answer.status).toBe(202);
    expect(await world.system.ask.registries.base.tags('forger')).toEqual([]);
  });
});

describe('after all of them', () => {
  test('nobody was called, and nothing that an image says was run', async () => {
    expect(world.bait.calls()).toBe(0);
    expect(world.hasSung()).toBe(false);
  });

  test('the app is well, and never had to be started again', async () => {
    expect(world.system.local.restarts).toEqual({ host: 0, cloud: 0, storage: 0 });
    expect(await world.system.ask.app('/api/health')).toMatchObject({ status: 'ok', wrong: [] });
  });

  test('no container is left of any run', async () => {
    const { engine } = world.system.local;

    const left = await engine.ok(['ps', '--all', '--format', '{{.Names}}']);

    expect(left.split('\n').filter((name) => /^(?:candidate|client)-/.test(name))).toEqual([]);
  });

  test('no secret is in the log of the app', async () => {
    const log = await readFile(world.system.local.endpoints.logs.app, 'utf8');

    for (const secret of world.secrets) expect(log).not.toContain(secret);
  });
});

const checksOf = ({ checks = { [MARKER]: '' } }: Trick): string[] => Object.keys(checks);

/** No line of a candidate or of a client has a secret of the system, or the nonce of the run. */
async function knowsNothing({ gate }: Trick, { digest }: { digest: string }, check: string): Promise<void> {
  const { evidence } = await world.offered({ gate } as Trick, digest).candidate('there', () => true);
  // What is asked in process has no run, and one that was never asked no log.
  if (evidence[check]?.state !== 'done' || evidence[check].runId === undefined) return;
  const lines = await world.offered({ gate } as Trick, digest).log(check);
  const nonce = lines.flatMap((line) => /^gate-result ([0-9a-f]+) /.exec(line)?.[1] ?? [])[0];
  expect(nonce).toMatch(/^[0-9a-f]{32}$/);
  const said = lines.filter((line) => /^(?:candidate|client) \| /.test(line)).join('\n');
  for (const secret of [...world.secrets, nonce ?? '']) expect(said).not.toContain(secret);
}
