/** Events, requests and policies that make no sense: each gets a clear answer, nothing is lost, and the next good push goes through. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writePolicy } from './gates.ts';
import { thisArchitecture } from './oci-layout.ts';
import { startSystem, type System } from './system.ts';

const platforms = `platforms: [linux/${thisArchitecture}]`;
/** `node` is the good one, which every test ends with. */
const GATES_YAML = `version: 1
gates:
  node:
    from: \${PUBLIC_REGISTRY}/node:15-alpine
    to: \${BASE_REGISTRY}/node:15-alpine
    ${platforms}
    checks:
      functional: { script: checks/good.sh, timeout: 1m }
  idle:
    from: \${PUBLIC_REGISTRY}/node:16-alpine
    to: \${BASE_REGISTRY}/node:16-alpine
    ${platforms}
    checks:
      functional: { script: checks/good.sh }
    soak: 8s
upstreams:
  \${PUBLIC_REGISTRY}: { username: "\${secret:public-registry-user}", password: "\${secret:public-registry-password}" }
`;
const policy = {
  'gates.yaml': GATES_YAML,
  'checks/good.sh': 'echo good\n',
};

let folder: string;
let system: System;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gated-import-bad-input-'));
  await writePolicy(join(folder, 'policy'), policy);
  system = await startSystem({ settings: { POLICY: join(folder, 'policy') } });
});
afterAll(async () => {
  await system?.destroy();
  await rm(folder, { recursive: true, force: true });
});

async function aGoodPushGoesThrough(): Promise<void> {
  await system.stable(await system.pushUpstream('green'));
}

describe('events', () => {
  const webhook = '/runtime/webhooks/eventgrid?functionName=onImagePushed';
  const notification = { 'aeg-event-type': 'Notification' };
  const pushed = (target: object) => ({
    id: '1',
    eventType: 'Microsoft.ContainerRegistry.ImagePushed',
    subject: 'x',
    data: { target },
  });
  const send = async (body: string, headers: Record<string, string> = notification) => {
    const answer = await fetch(`${system.local.endpoints.app}${webhook}`, { method: 'POST', headers, body });
    return { status: answer.status, text: await answer.text() };
  };

  test('that cannot be read are refused, and say why', async () => {
    const answers = [
      await send('{"data":'),
      await send('"pushed"'),
      await send('[1, 2]'),
      await send(`${'['.repeat(200_000)}`),
      await send('[]', {}),
      await send(JSON.stringify([pushed({ repository: 'x'.repeat(2 * 1024 * 1024) })])),
    ];

    expect(answers).toEqual([
      { status: 400, text: expect.stringMatching(/JSON/) },
      { status: 400, text: 'the body is neither an event nor a list of events' },
      { status: 400, text: 'the body is neither an event nor a list of events' },
      { status: 400, text: expect.stringMatching(/JSON/) },
      { status: 400, text: 'the header aeg-event-type is missing or unknown' },
      { status: 413, text: expect.stringMatching(/bytes/) },
    ]);
    await aGoodPushGoesThrough();
  });

  test('that say nothing useful are logged and answered well, so that they do not come again, and what is with them is not lost', async () => {
    const batch = [
      {},
      { eventType: 'Microsoft.ContainerRegistry.ImagePushed', data: 'none' },
      pushed({ repository: '../../etc/passwd', tag: '15-alpine' }),
      pushed({ repository: 'node', tag: '${secret:x}' }),
      { ...pushed({ repository: 'node' }), eventType: 'Microsoft.Storage.BlobCreated' },
      pushed({ repository: 'library/unknown', tag: '1' }),
      { specversion: '1.0', id: 7, type: 'Microsoft.ContainerRegistry.ImagePushed', data: { target: null } },
    ];

    const { status } = await send(JSON.stringify(batch));

    expect(status).toBe(202);
    const log = await readFile(system.local.endpoints.logs.app, 'utf8');
    expect(log).toContain('event dropped: it is neither an Event Grid event nor a CloudEvent');
    expect(log.match(/event dropped: its data cannot be used: /g)).toHaveLength(4);
    expect(log).toContain('event of type Microsoft.Storage.BlobCreated ignored');
    await aGoodPushGoesThrough();
  });
});

describe('the API', () => {
  const unknownDigest = `sha256:${'0'.repeat(64)}`;
  const wishes = 'gates/node/promotions';
  const because = (reference: string) => JSON.stringify({ reference, reason: 'a test' });
  const inPublic = (rest: string) => `${system.local.endpoints.registries.public.host}/${rest}`;

  test.each<[what: string, method: string, path: string, body: string | (() => string), status: number, says: RegExp]>([
    ['a body that is not JSON', 'POST', wishes, '{"reason":', 400, /the body cannot be read as JSON: /],
    ['a body of another shape', 'POST', wishes, '"please"', 422, /expected object/],
    ['no reason', 'POST', wishes, '', 422, /reason: .*expected string/],
    ['a field that does not exist', 'POST', wishes, '{"reason":"a test","force":true}', 422, /"force"/],
    ['all problems of a body at once', 'POST', wishes, '{"reason":"","reference":7}', 422, /reference: .*; reason: /],
    ['a body that is too large', 'POST', wishes, `{"reason":"${'x'.repeat(70_000)}"}`, 413, /65536 bytes at most/],
    ['a bad reference', 'POST', wishes, because('Not A Reference'), 422, /"Not A Reference"/],
    ['another repository', 'POST', wishes, () => because(inPublic('busybox:1.36')), 422, /which gate "node" follows/],
    ['an unknown tag', 'POST', wishes, () => because(inPublic('node:none')), 422, /node:none" is not at the upstream/],
    [
      'an unknown digest at the upstream',
      'POST',
      wishes,
      () => because(inPublic(`node@${unknownDigest}`)),
      422,
      /is not at the upstream/,
    ],
    ['an unknown gate', 'GET', 'gates/nodee', '', 404, /no gate "nodee"; there are: node, idle/],
    ['a gate named after JavaScript', 'GET', 'gates/constructor', '', 404, /there is no gate "constructor"/],
    ['what is no digest', 'GET', 'gates/node/candidates/latest', '', 400, /"latest" is not a digest; write sha256:/],
    ['an unknown candidate', 'GET', `gates/node/candidates/${unknownDigest}`, '', 404, /has never seen sha256:0000/],
    ['a hold without a reason', 'PUT', 'gates/node/hold', '{}', 422, /reason: /],
    [
      'a freeze that is over',
      'PUT',
      'freeze',
      '{"reason":"x","until":"2020-01-01T00:00:00Z"}',
      422,
      /until: .* is over/,
    ],
    ['a freeze without an end', 'PUT', 'freeze', '{"reason":"x"}', 422, /until: write a time with its offset/],
    ['a parameter that means nothing', 'GET', 'journal?gate=node', '', 400, /its parameters are: day, subject/],
  ])('answers %s with a problem that says so', async (_, method, path, body, status, says) => {
    const text = typeof body === 'string' ? body : body();
    const answer = await fetch(`${system.local.endpoints.app}/api/${path}`, {
      method,
      ...(text === '' ? {} : { body: text }),
    });

    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await answer.json()).toEqual({
      type: 'about:blank',
      status,
      title: expect.any(String),
      detail: expect.stringMatching(says),
    });
    expect(answer.status).toBe(status);
  });

  test('answers what is too large for the host, and what there is no route for, and goes on', async () => {
    const { app } = system.local.endpoints;

    const huge = await fetch(`${app}/api/${wishes}`, { method: 'POST', body: 'x'.repeat(11 * 1024 * 1024) });
    const nowhere = await fetch(`${app}/api/gates/node/nothing`);
    const otherwise = await fetch(`${app}/api/gates/node`, { method: 'DELETE' });

    expect([huge.status, nowhere.status, otherwise.status]).toEqual([413, 404, 405]);
    await aGoodPushGoesThrough();
  });
});

describe('a policy', () => {
  const health = async () => (await fetch(`${system.local.endpoints.app}/api/health`)).json() as Promise<Health>;
  interface Health {
    status: string;
    wrong: string[];
    policy: { hash: string; gates: string[] };
  }
  const write = (text: string) => writePolicy(join(folder, 'policy'), { 'gates.yaml': text });

  test('that is wrong never replaces a valid one, and health says all that is wrong with it, and where', async () => {
    const { policy: valid } = await health();
    const bad = GATES_YAML.replace('${PUBLIC_REGISTRY}/node', '${PUBLC_REGISTRY}/node')
      .replace('script: checks/good.sh, timeout: 1m', 'script: checks/god.sh, timeout: soon')
      .replace('soak: 8s', 'soaked: 8s');

    await write(bad);

    expect(await health()).toMatchObject({
      status: 'degraded',
      wrong: [
        expect.stringMatching(/^policy: gates\.yaml:4:11 .*PUBLC_REGISTRY.*Did you mean "PUBLIC_REGISTRY"\?/),
        expect.stringMatching(
          /^policy: gates\.yaml:8:29 .*"checks\/god\.sh" is not in the policy folder.*checks\/good/,
        ),
        expect.stringMatching(/^policy: gates\.yaml:8:53 .*timeout/),
        expect.stringMatching(/^policy: gates\.yaml:15:5 .*"soaked".*"soak"/),
      ],
      policy: valid,
    });
    await aGoodPushGoesThrough();
    await write(GATES_YAML);
    expect(await health()).toMatchObject({ status: 'ok', wrong: [], policy: valid });
  });

  test('that is no YAML, or is gone, is told from a valid one too', async () => {
    const { policy: valid } = await health();

    await write('gates: [\n  "node');
    const broken = await health();
    await rm(join(folder, 'policy', 'gates.yaml'));
    const gone = await health();

    expect(broken).toMatchObject({ wrong: [expect.stringMatching(/^policy: gates\.yaml:\d+:\d+ /)], policy: valid });
    expect(gone).toMatchObject({
      wrong: [expect.stringMatching(/the policy folder has no gates\.yaml/)],
      policy: valid,
    });
    await aGoodPushGoesThrough();
    await write(GATES_YAML);
    expect((await health()).status).toBe('ok');
  });
});
