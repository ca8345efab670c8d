import { beforeEach, describe, expect, it, test } from 'vitest';
import { onImagePushed } from '../../../../functions/triggers/on-image-pushed.ts';
import { requestedOf } from '../../../../shared/ledger/request.ts';
import { writeSweep } from '../../../../shared/ledger/sweep-book.ts';
import { functionWorld, MINUTE, type FunctionWorld } from '../world.ts';

const PUSHED = 'Microsoft.ContainerRegistry.ImagePushed';
const SECOND_GATE = `  node-next:
    from: \${PUBLIC_REGISTRY}/node:20-alpine
    to: \${BASE_REGISTRY}/node:20-alpine
    checks: { functional: { script: checks/node.sh } }
images:
  releases: { repository: '\${TEAM_REGISTRY}/hello', tags: [v*] }`;

let world: FunctionWorld;
let logged: string[];
beforeEach(async () => {
  world = functionWorld({ gates: { 'soak: 3d': 'soak: 0s', 'images:': SECOND_GATE } });
  logged = [];
  await sweptBefore(MINUTE);
});

const sweptBefore = (ms: number) =>
  writeSweep(world.ledger, { endedAt: Date.now() - ms, gates: 2, started: [], ended: [], problems: [] });

const deliver = (event: unknown) =>
  onImagePushed(world, event, world.stories, {
    log: (...said) => void logged.push(said.join(' ')),
    warn: (...said) => void logged.push(`warning: ${said.join(' ')}`),
  });

/** As Container Registry sends it. */
const data = (target: object, host: string | undefined = 'public.example.com') => ({
  id: '831e1650-001e-001b-66ab-eeb76e069631',
  timestamp: '2026-03-02T10:00:00.000Z',
  action: 'push',
  target: { mediaType: 'application/vnd.docker.distribution.manifest.v2+json', length: 708, ...target },
  request: { id: '7c66f28b', ...(host ? { host } : {}), method: 'PUT', useragent: 'docker/28' },
});

const eventGrid = (eventData: unknown, eventType = PUSHED) => ({
  id: '831e1650-001e-001b-66ab-eeb76e069631',
  topic: '/subscriptions/0/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/public',
  subject: 'node:15-alpine',
  eventType,
  eventTime: '2026-03-02T10:00:00.000Z',
  data: eventData,
  dataVersion: '1.0',
  metadataVersion: '1',
});

const cloudEvent = (eventData: unknown, type = PUSHED) => ({
  specversion: '1.0',
  id: '831e1650-001e-001b-66ab-eeb76e069631',
  source: '/subscriptions/0/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/public',
  type,
  time: '2026-03-02T10:00:00.000Z',
  data: eventData,
});

const node = { repository: 'node', tag: '15-alpine', digest: `sha256:${'a'.repeat(64)}` };

describe('a push', () => {
  test.each([
    ['in Event Grid’s schema', eventGrid(data(node))],
    ['as a CloudEvent', cloudEvent(data(node))],
  ])('%s asks the gate that follows it', async (_, event) => {
    await deliver(event);

    expect(world.stories.started).toEqual(['runGate node']);
    expect(await requestedOf(world.ledger, 'gates', 'node')).toBe(1);
    expect(await requestedOf(world.ledger, 'gates', 'node-next')).toBe(0);
  });

  test.each<[what: string, target: object, host: string | undefined, started: string[]]>([
    [
      'without a tag asks every gate of the repository',
      { repository: 'node' },
      'public.example.com',
      ['runGate node', 'runGate node-next'],
    ],
    [
      'without a digest or size is enough',
      { repository: 'node', tag: '15-alpine', length: undefined },
      'public.example.com',
      ['runGate node'],
    ],
    [
      'without a host asks whoever may be meant',
      { repository: 'node', tag: '20-alpine' },
      undefined,
      ['runGate node-next'],
    ],
    ['of another tag asks nobody', { repository: 'node', tag: '16-alpine' }, 'public.example.com', []],
    ['to another registry asks nobody', node, 'other.example.com', []],
    ['to our own stable tag asks nobody', node, 'base.azurecr.io', []],
    [
      'of a version asks every image it is one of',
      { repository: 'hello', tag: 'v2' },
      'team.azurecr.io',
      ['buildImage releases', 'buildImage hello'],
    ],
    [
      'of a tag that is no version of one image asks the other',
      { repository: 'hello', tag: 'ca7' },
      'team.azurecr.io',
      ['buildImage hello'],
    ],
    ['of a signature asks nobody', { repository: 'hello', tag: `sha256-${'a'.repeat(64)}.sig` }, 'team.azurecr.io', []],
    [
      'without a tag asks every image of the repository',
      { repository: 'hello' },
      'team.azurecr.io',
      ['buildImage releases', 'buildImage hello'],
    ],
  ])('%s', async (_, target, host, started) => {
    await deliver(eventGrid(data(target, host === undefined ? '' : host)));

    expect(world.stories.started.toSorted()).toEqual(started.toSorted());
  });

  it('is counted also when its story is at work, so that the story looks once more', async () => {
    world.stories.atWork('runGate', 'node', Date.now());

    await deliver(eventGrid(data(node)));
    await deliver(eventGrid(data(node)));

    expect(world.stories.started).toEqual([]);
    expect(await requestedOf(world.ledger, 'gates', 'node')).toBe(2);
  });

  it('believes nothing of the event: the digest in it is written nowhere', async () => {
    await deliver(eventGrid(data({ ...node, digest: `sha256:${'e'.repeat(64)}` })));

    expect(JSON.stringify(world.ledger.dump('gates', 'node'))).not.toContain('eeee');
    expect(world.ledger.dump('gates', 'node')).toEqual({ request: { requested: 1 } });
  });

  it('W14, a push event that anybody can make up: says no more than that a gate may look', async () => {
    const forged = { ...node, digest: `sha256:${'e'.repeat(64)}`, tag: 'evil', subject: '; rm -rf /' };

    await deliver(eventGrid({ ...data(forged), verdict: 'pass', promote: true }));
    await deliver(cloudEvent(data({ ...node, digest: `sha256:${'e'.repeat(64)}` })));

    expect(world.ledger.dump('gates', 'node')).toEqual({ request: { requested: 1 } });
    expect(world.stories.started).toEqual(['runGate node']);
  });

  it('that cannot be written down is thrown, so that it is delivered again', async () => {
    world.ledger.failNext('get', new Error('the ledger does not answer'));

    await expect(deliver(eventGrid(data(node)))).rejects.toThrow('the ledger does not answer');
    expect(world.stories.started).toEqual([]);
  });

  it('whose story cannot be started is thrown, and is in the ledger already', async () => {
    world.stories.fail(new Error('the task hub does not answer'));

    await expect(deliver(eventGrid(data(node)))).rejects.toThrow('the task hub does not answer');
    expect(await requestedOf(world.ledger, 'gates', 'node')).toBe(1);
  });
});

describe('an event that is none of ours is answered well, so that it does not come again', () => {
  test.each<[what: string, event: unknown, said: string]>([
    [
      'a deleted image',
      eventGrid(data(node), 'Microsoft.ContainerRegistry.ImageDeleted'),
      'event of type Microsoft.ContainerRegistry.ImageDeleted ignored',
    ],
    [
      'a pushed chart',
      cloudEvent(data(node), 'Microsoft.ContainerRegistry.ChartPushed'),
      'event of type Microsoft.ContainerRegistry.ChartPushed ignored',
    ],
    ['nothing', undefined, 'warning: event dropped: it is neither'],
    ['a text', 'push', 'warning: event dropped: it is neither'],
    ['a list', [eventGrid(data(node))], 'warning: event dropped: it is neither'],
    ['an object', {}, 'warning: event dropped: it is neither'],
    ['no data', eventGrid(undefined), 'warning: event dropped: its data cannot be used'],
    ['no target', eventGrid({}), 'warning: event dropped: its data cannot be used: target'],
    [
      'no repository',
      eventGrid(data({ tag: '1' })),
      'warning: event dropped: its data cannot be used: target.repository',
    ],
    ['a repository that is none', eventGrid(data({ repository: '../../etc' })), 'target.repository'],
    ['a tag that is none', eventGrid(data({ repository: 'node', tag: 'a b' })), 'target.tag'],
  ])('%s', async (_, event, said) => {
    await deliver(event);

    expect(logged.join('\n')).toContain(said);
    expect(logged).toHaveLength(1);
    expect(world.stories.started).toEqual([]);
  });

  it('a push while there is no valid policy', async () => {
    world.policies.current = async () => ({ problems: ['gates.yaml is missing'] });

    await deliver(eventGrid(data(node)));

    expect(logged.join()).toContain('there is no valid policy');
    expect(world.stories.started).toEqual([]);
  });
});

describe('an event starts a sweep', () => {
  const foreign = eventGrid(data({ repository: 'node', tag: '16-alpine' }));

  it('when none has ended for a quarter of an hour, even if it asks nobody', async () => {
    await sweptBefore(15 * MINUTE + 1_000);

    await deliver(foreign);

    expect(world.stories.started).toEqual(['sweep']);
  });

  it('when none has ever ended: the timer may not work', async () => {
    world = functionWorld();

    await deliver(foreign);

    expect(world.stories.started).toEqual(['sweep']);
  });

  it('not when one has ended lately', async () => {
    await sweptBefore(14 * MINUTE);

    await deliver(foreign);

    expect(world.stories.started).toEqual([]);
  });
});
