/** What is wrong with one thing stops nothing else: an app without its secret, a topic that takes nothing, a state that is no longer acceptable. */
import { afterEach, describe, expect, it } from 'vitest';
import { readImage } from '../../shared/ledger/image-book.ts';
import { readUndelivered } from '../../shared/ledger/undelivered-book.ts';
import { running } from '../fakes/groups.ts';
import { image } from '../fakes/images.ts';
import { GROUP as GROUP_FILE, valid } from '../unit/domain/policy-fixture.ts';
import { builder, GROUP, layersOf, push } from './building-world.ts';
import { green, MINUTE, type GateWorld } from './gate-world.ts';

let world: GateWorld;
afterEach(() => world.close());

async function pushed() {
  const digest = world.push(green);
  await world.wake('runGate', 'node');
  await world.pass(30_000);
  return digest;
}
const book = () => readImage(world.ports.ledger, 'hello');
const app = async (name: string) => (await book()).apps.get(name)?.value;
const reason = async () => (await book()).rollout?.value.resting?.reason;

describe('an app whose secret is missing', () => {
  const SECRET = '\n      environmentVariables: [{ name: DB, secureValue: "${secret:db-password}" }]';
  const twoApps = () =>
    builder(
      {},
      {
        gates: {
          'soak: 3d': 'soak: 0s',
          'apps:\n': 'apps:\n  api: { runs: hello, group: apps/api.yaml, resourceGroup: web-rg }\n',
        },
        files: {
          'apps/api.yaml':
            GROUP_FILE.replace('name: web', 'name: api').replace('    - name: web', `    - name: web`) + SECRET,
        },
      },
    );

  it('is left with the name of the secret, and the other apps of its rollout go on', async () => {
    world = twoApps();

    await pushed();

    expect(await app('api')).toBeUndefined();
    expect((await app('web'))?.deployment).toMatchObject({ state: 'healthy' });
    expect(await reason()).toEqual({ kind: 'secret-missing', app: 'api', names: ['db-password'] });
  });

  it('is deployed by the next sweep after the secret is there', async () => {
    world = twoApps();
    await pushed();
    world.ports.secrets.set('db-password', 'correct horse');

    await world.wake('sweep', '');
    await world.pass(20_000);

    expect((await app('api'))?.deployment).toMatchObject({ state: 'healthy' });
    expect(await reason()).toEqual({ kind: 'up-to-date' });
  });
});

describe('a put-back', () => {
  const nothingComesUp = () =>
    world.ports.groups.becomes((specification) => ({
      ...running(specification),
      provisioning: 'Failed',
      state: 'Failed',
    }));
  async function failing() {
    push(world, image([...layersOf(green), 'broken']), 'v2');
    nothingComesUp();
    await world.wake('buildImage', 'hello');
    await world.pass(30_000);
  }

  it('is not made to a state that today’s policy would not accept: the app is held as it is', async () => {
    world = builder();
    await pushed();
    const before = world.ports.groups.puts.length;
    world.ports.policies.set(
      valid({ gates: { 'soak: 3d': 'soak: 0s' }, group: { 'name: web\nlocation': 'name: web2\nlocation' } }),
    );

    await failing();

    expect((await app('web'))?.hold?.why).toContain('the container group is Failed');
    expect((await app('web'))?.deployment).toMatchObject({ putBack: false, state: 'failed' });
    expect(world.ports.groups.puts).toHaveLength(before + 1);
  });

  it('whose secret has lost that version has failed: the app is held as it is, and a person is told', async () => {
    const SECRET = '\n      environmentVariables: [{ name: DB, secureValue: "${secret:db-password}" }]';
    world = builder({}, { gates: { 'soak: 3d': 'soak: 0s' }, files: { 'apps/web.yaml': GROUP_FILE + SECRET } });
    world.ports.secrets.set('db-password', 'one');
    await pushed();
    // The look and the deploy of the new version see the secret as it is now; the version that was healthy is gone.
    const { read } = world.ports.secrets;
    world.ports.secrets.read = async (name, version) => (version ? undefined : read(name));

    await failing();

    expect((await app('web'))?.deployment).toMatchObject({ putBack: true, state: 'failed' });
    expect((await app('web'))?.deployment?.message).toContain('no enabled secret "db-password"');
    expect(world.ports.announcements.announced.at(-1)).toMatchObject({ type: 'held', subject: 'web' });
    expect(await reason()).toMatchObject({ kind: 'held', by: 'gated-import' });
    expect((await world.ports.groups.read(GROUP))?.state).toBe('Failed');
  });
});

describe('a topic that takes no announcement', () => {
  it('stops neither the gate, nor the build, nor the rollout, and gets everything later', async () => {
    world = builder();
    const { announce } = world.ports.announcements;
    world.ports.announcements.announce = () => Promise.reject(new Error('the topic does not answer'));

    const digest = await pushed();

    expect(await world.stable()).toBe(digest);
    expect((await app('web'))?.deployment).toMatchObject({ state: 'healthy' });
    expect((await readUndelivered(world.ports.ledger)).map(({ what }) => what).toSorted()).toEqual([
      'deployed',
      'promoted',
      'sighted',
    ]);

    world.ports.announcements.announce = announce;
    await world.pass(5 * MINUTE);
    await world.wake('sweep', '');

    // Two may try the same at once: what comes twice has the same id.
    const told = new Map(world.ports.announcements.announced.map(({ id, type }) => [id, type]));
    expect([...told.values()].toSorted()).toEqual(['deployed', 'promoted', 'sighted']);
    expect(await readUndelivered(world.ports.ledger)).toEqual([]);
  });
});
