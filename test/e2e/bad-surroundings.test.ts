/** What a gate depends on is missing, down or never ends: it waits and says for what, rejects nothing, and goes on when it can. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAzureClient } from '../../local/provision/azure-client.ts';
import { startDebianRegistry, type DebianRegistry } from './debian-registry.ts';
import { gatesOf, gateYaml, writePolicy, type Gates } from './gates.ts';
import { image } from './oci-layout.ts';
import { startSystem, type System } from './system.ts';

/** Each follows a repository of its own name, and promotes to the same one. */
const gate = (name: string, options: { script: string; registry?: string; timeout?: string }) => {
  const { registry = 'UPSTREAM_REGISTRY', ...rest } = options;
  return gateYaml(name, { from: `\${${registry}}/library/${name}:1`, to: `\${BASE_REGISTRY}/${name}:1`, ...rest });
};

const policy = {
  'gates.yaml': [
    'version: 1',
    'gates:',
    gate('endless', { script: 'checks/endless.sh', timeout: '3s' }),
    gate('flood', { script: 'checks/flood.sh' }),
    gate('down', { script: 'checks/good.sh' }),
    gate('locked', { script: 'checks/good.sh', registry: 'LOCKED_REGISTRY' }),
    'upstreams:',
    '  ${LOCKED_REGISTRY}: { username: "${secret:locked-user}", password: "${secret:locked-password}" }',
  ].join('\n'),
  'checks/good.sh': 'echo good\n',
  'checks/endless.sh': 'echo "it takes its time"; sleep 600\n',
  'checks/flood.sh': 'while :; do echo "more and more and more and more and more and more and more"; done\n',
};

let folder: string;
let upstream: DebianRegistry;
let system: System;
let gates: Gates;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gated-import-surroundings-'));
  await writePolicy(folder, policy);
  upstream = await startDebianRegistry();
  system = await startSystem({
    settings: {
      POLICY: folder,
      UPSTREAM_REGISTRY: upstream.host,
      // The same one under another name, with a login of its own.
      LOCKED_REGISTRY: upstream.host.replace('localhost', '127.0.0.1'),
      SWEEP_SCHEDULE: '*/2 * * * * *',
    },
  });
  gates = gatesOf(system);
});
afterAll(async () => {
  await system?.destroy();
  await upstream?.destroy();
  await rm(folder, { recursive: true, force: true });
});

/** Another one each time, on the tag that the gate follows. */
const push = async (name: string) =>
  upstream.push(`library/${name}:1`, await image({ files: [{ path: 'pushed', text: `${name} ${Date.now()}` }] }));

/** As Event Grid does it: somebody has pushed there. */
async function wake(name: string): Promise<void> {
  const answer = await fetch(`${system.local.endpoints.app}/runtime/webhooks/eventgrid?functionName=onImagePushed`, {
    method: 'POST',
    headers: { 'aeg-event-type': 'Notification' },
    body: JSON.stringify([
      { eventType: 'Microsoft.ContainerRegistry.ImagePushed', data: { target: { repository: `library/${name}` } } },
    ]),
  });
  expect(answer.status).toBe(202);
}

async function ask(method: string, path: string, body?: object): Promise<{ status: number; detail?: string }> {
  const answer = await fetch(`${system.local.endpoints.app}/api/${path}`, {
    method,
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const { detail } = (await answer.json()) as { detail?: string };
  return { status: answer.status, ...(detail === undefined ? {} : { detail }) };
}

const candidateContainers = async () => {
  const engine = system.local.engine;
  const names = await engine.ok(['ps', '--all', '--format', '{{.Names}}', '--filter', `label=${engine.label}`]);
  return names.split('\n').filter((name) => name.startsWith('candidate-'));
};

test('a check that never ends is stopped in its time, without a verdict and without a container left', async () => {
  const digest = await push('endless');

  const { evidence, next } = await gates.candidate(
    { gate: 'endless', digest },
    'without a verdict',
    (seen) => seen.evidence['functional']?.state === 'done',
  );

  expect(evidence['functional']).toMatchObject({
    verdict: 'unknown',
    reasons: expect.arrayContaining([
      'the candidate was killed: it took longer than the check allows, or more memory than the sandbox has',
      'it takes its time',
    ]),
  });
  expect(next?.why).toBe('no verdict yet from functional; will be asked again');
  expect(await candidateContainers()).toEqual([]);
});

test('a check that never stops talking is cut short, without a verdict and without a container left', async () => {
  const digest = await push('flood');

  const { evidence } = await gates.candidate(
    { gate: 'flood', digest },
    'without a verdict',
    (seen) => seen.evidence['functional']?.state === 'done',
  );

  expect(evidence['functional']).toMatchObject({
    verdict: 'unknown',
    reasons: expect.arrayContaining([expect.stringContaining('printed more than 1048576 bytes, and was stopped')]),
  });
  expect(await candidateContainers()).toEqual([]);
});

test('an upstream that is down rejects nothing: the candidate waits, and is promoted when it is back', async () => {
  await ask('PUT', 'gates/down/hold', { reason: 'until the upstream is down' });
  const digest = await push('down');
  await gates.candidate({ gate: 'down', digest }, 'held', ({ next }) => next?.why.startsWith('held by ') ?? false);

  await upstream.stop();
  await ask('DELETE', 'gates/down/hold');

  const waiting = await gates.gate('down', 'waits for its upstream', ({ next }) =>
    next.why.startsWith('the upstream could not be asked: '),
  );
  expect(waiting).toMatchObject({ next: { action: 'rest' }, open: [digest] });
  expect(Date.parse(waiting.next.until ?? '')).toBeGreaterThan(Date.now() + 30_000);
  expect(await ask('POST', 'gates/down/promotions', { reason: 'now' })).toEqual({
    status: 502,
    detail: expect.stringContaining(upstream.host),
  });
  expect(await system.ask.registries.base.digestOf('down', '1')).toBeUndefined();

  await upstream.start();
  await wake('down');

  await gates.stable('down', '1', digest);
});

test('a login that is not in Key Vault is named, and the gate goes on when it is', async () => {
  const digest = await push('locked');

  const { next } = await gates.gate('locked', 'is in trouble', (seen) => seen.next.why.startsWith('trouble '));

  const missing = 'the key vault has no enabled secret "locked-password", "locked-user"; put it there, or';
  expect(next).toMatchObject({ action: 'rest', why: expect.stringContaining(missing) });
  expect(await ask('POST', 'gates/locked/promotions', { reason: 'now' })).toEqual({
    status: 503,
    detail: expect.stringContaining(missing),
  });

  const azure = createAzureClient(system.local.instance);
  await azure.setSecret('locked-user', 'reader');
  await azure.setSecret('locked-password', 'a password');
  await wake('locked');

  await gates.stable('locked', '1', digest);
});
