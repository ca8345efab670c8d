import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startCloud, type Cloud } from '../../../local/cloud/cloud.ts';
import { listen, newApp, PortInUse } from '../../../local/cloud/http.ts';
import type { CloudConfig } from '../../../local/cloud/world.ts';
import { app, emptyEngine, freePort, openTestWorld, type TestWorld } from './services.ts';

let opened: TestWorld;
let cloud: Cloud | undefined;
beforeEach(async () => {
  opened = await openTestWorld();
});
afterEach(async () => {
  await cloud?.stop();
  cloud = undefined;
  await opened.close();
});

const start = async (change: Partial<CloudConfig> = {}, directory = opened.world.directory): Promise<Cloud> => {
  const config = {
    ...opened.world.config,
    registries: [{ name: 'baseregistry', resourceGroup: 'contract-rg', port: await freePort() }],
    ...change,
  };
  cloud = await startCloud({ config, directory, engine: emptyEngine, log: opened.world.log });
  return cloud;
};

interface Answer {
  status: number;
  body: unknown;
}

/** Of an answer that need not be JSON. */
const status = (port: number, path: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const sent = request(
      `https://localhost:${port}${path}`,
      { ca: readFileSync(opened.world.tls.caFile) },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      },
    );
    sent.on('error', reject);
    sent.end();
  });

function call(
  port: number,
  path: string,
  options: { method?: string; token?: string; body?: object } = {},
): Promise<Answer> {
  const { method = 'GET', token, body } = options;
  return new Promise((resolve, reject) => {
    const sent = request(
      `https://localhost:${port}${path}`,
      {
        method,
        ca: readFileSync(opened.world.tls.caFile),
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      },
      (answer) => {
        let text = '';
        answer.on('data', (chunk: Buffer) => (text += String(chunk)));
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, body: text === '' ? undefined : JSON.parse(text) }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(body && JSON.stringify(body));
  });
}

test('lets nobody into ARM without a token for it', async () => {
  const { world, identity } = await start();
  const path = `/subscriptions/${world.config.subscription}`;
  const arm = (audience?: string) =>
    call(world.config.ports.arm, path, audience === undefined ? {} : { token: identity.issue(app, audience) });

  const answers = await Promise.all([
    arm(),
    arm('https://vault.azure.net'),
    arm('https://management.azure.com/'),
    arm(`https://localhost:${world.config.ports.arm}`),
  ]);

  expect(answers.map(({ status }) => status)).toEqual([401, 401, 200, 200]);
  expect(answers[0]?.body).toMatchObject({ error: { code: 'AuthenticationFailed' } });
});

test('has the resource groups of its configuration, and makes others', async () => {
  const { world, identity } = await start();
  const token = identity.issue(app, 'https://management.azure.com');
  const group = (name: string, body?: object) =>
    call(
      world.config.ports.arm,
      `/subscriptions/${world.config.subscription}/resourceGroups/${name}?api-version=2021-04-01`,
      {
        token,
        ...(body ? { method: 'PUT', body } : {}),
      },
    );

  const answers = [
    await group('CONTRACT-rg'),
    await group('Apps'),
    await group('Apps', { location: 'westeurope' }),
    await group('apps'),
  ];
  const elsewhere = await call(
    world.config.ports.arm,
    '/subscriptions/55555555-5555-4555-8555-555555555555/resourceGroups/x',
    {
      token,
    },
  );

  expect(answers.map(({ status }) => status)).toEqual([200, 404, 201, 200]);
  expect(answers[3]?.body).toMatchObject({ name: 'Apps', properties: { provisioningState: 'Succeeded' } });
  expect(elsewhere).toMatchObject({ status: 404, body: { error: { code: 'SubscriptionNotFound' } } });
});

test('names, logs and lists what it does not know, on every listener', async () => {
  const { world, identity } = await start();
  const { arm, events, blobs } = world.config.ports;
  const vault = world.config.vaults[0]?.port ?? 0;
  const registry = world.config.registries[0]?.port ?? 0;
  const subscription = `/subscriptions/${world.config.subscription}/providers/Microsoft.Unheard/of`;

  const answers = [
    await call(arm, `${subscription}?code=secret`, { token: identity.issue(app, 'https://management.azure.com') }),
    await call(vault, '/certificates/mine', { token: identity.issue(app, 'https://vault.azure.net') }),
    await call(events, '/unheard/of', { method: 'DELETE' }),
    await call(blobs, '/unheard', { method: 'DELETE' }),
    await call(registry, '/unheard', { method: 'DELETE' }),
  ];
  const ofIdentity = await fetch(`http://127.0.0.1:${world.config.ports.identity}/metadata/identity`);
  const listed = (await call(arm, '/local/unknown')).body as {
    value: { service: string; method: string; path: string }[];
  };

  expect([...answers.map(({ status }) => status), ofIdentity.status]).toEqual([501, 501, 501, 501, 501, 501]);
  expect(answers[1]?.body).toMatchObject({
    error: { code: 'NotEmulated', message: expect.stringContaining('GET /certificates/mine') as unknown },
  });
  expect(listed.value.map(({ service, method, path }) => `${service} ${method} ${path}`)).toEqual([
    `arm GET ${subscription}`,
    'vault GET /certificates/mine',
    'events DELETE /unheard/of',
    'blobs DELETE /unheard',
    'registry baseregistry DELETE /unheard',
    'identity GET /metadata/identity',
  ]);
  expect(opened.logged).toContain('vault: UNKNOWN vault GET /certificates/mine');
  expect(opened.logged.join('\n')).not.toContain('secret');
});

test('has faults in front of every listener, when it is asked for them', async () => {
  const { world, identity } = await start();
  const { arm, events, blobs } = world.config.ports;
  const vault = world.config.vaults[0]?.port ?? 0;
  const registry = world.config.registries[0]?.port ?? 0;
  const token = identity.issue(app, 'https://management.azure.com');
  const body = { rules: [{ rate: 1, fault: { kind: 'error', status: 503 } }] };

  const asked = await call(arm, '/local/faults', { method: 'PUT', token, body });
  const answers = await Promise.all([
    status(arm, `/subscriptions/${world.config.subscription}`),
    status(vault, '/secrets'),
    status(events, '/announcements/api/events'),
    status(blobs, '/a/b'),
    status(registry, '/v2/'),
    fetch(`http://127.0.0.1:${world.config.ports.identity}/msi/token`).then((answer) => answer.status),
  ]);
  const { body: shown } = await call(arm, '/local/faults', { token });

  expect(asked.status).toBe(200);
  expect(answers).toEqual([503, 503, 503, 503, 503, 503]);
  expect(shown).toMatchObject({ rules: [{ matched: 6, struck: 6 }] });
});

test('lists resources of every type, and none where there is none', async () => {
  const { world, identity } = await start();
  const token = identity.issue(app, 'https://management.azure.com');
  const resources = (filter: string) =>
    call(
      world.config.ports.arm,
      `/subscriptions/${world.config.subscription}/resources?${new URLSearchParams({ $filter: filter })}`,
      { token },
    );

  const registries = await resources("resourceType eq 'Microsoft.ContainerRegistry/registries'");
  const groups = await resources("resourceType eq 'Microsoft.ContainerInstance/containerGroups'");
  const all = await resources('');

  expect(registries).toMatchObject({ status: 200, body: { value: [{ name: 'baseregistry' }] } });
  expect(groups).toEqual({ status: 200, body: { value: [] } });
  expect(all).toMatchObject({ status: 200, body: { value: [{ name: 'baseregistry' }, { name: 'contractvault' }] } });
});

test('keeps its state to itself: vault values and the key of all tokens are in it', async () => {
  const directory = join(opened.world.directory, 'fresh');

  await start({}, directory);

  const modes = await Promise.all(
    ['cloud.db', 'cloud.db-wal', 'tls/server-key.pem'].map(
      async (name) => (await stat(join(directory, name))).mode & 0o777,
    ),
  );
  expect(modes).toEqual([0o600, 0o600, 0o600]);
});

test('leaves no listener behind when one of its ports is taken', async () => {
  const { ports } = opened.world.config;
  const other = await listen(newApp(), { port: ports.blobs, what: 'something else' });

  const failure = await start().catch((error: unknown) => error);
  await other.close();
  const started = await start();

  expect(failure).toBeInstanceOf(PortInUse);
  expect((failure as PortInUse).port).toBe(ports.blobs);
  expect(started.world.config.ports).toEqual(ports);
});

test('tells all that is wrong with its configuration in one sentence, and ends with code 1', async () => {
  const file = join(opened.world.directory, 'wrong.json');
  const { tenant: _, ...rest } = opened.world.config;
  await writeFile(file, JSON.stringify({ ...rest, instance: 'Not Allowed', registries: [] }));
  const main = fileURLToPath(new URL('../../../local/cloud/main.ts', import.meta.url));

  const child = spawn(process.execPath, [
    ...['--disable-warning=ExperimentalWarning', main],
    ...['--config', file, '--directory', opened.world.directory],
  ]);
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += String(chunk)));
  const [code] = (await once(child, 'close')) as [number];

  expect(code).toBe(1);
  expect(said.trim().split('\n')).toHaveLength(1);
  expect(said).toMatch(/wrong\.json.*instance: .*tenant: .*registries: /);
});
