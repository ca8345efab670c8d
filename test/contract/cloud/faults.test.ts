/** Faults in front of the vault and of a registry, as clients of Azure meet them. */
import { SecretClient } from '@azure/keyvault-secrets';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createArm } from '../../../local/cloud/arm.ts';
import { createFaults, type Faults } from '../../../local/cloud/faults/faults.ts';
import { addFaultRoutes } from '../../../local/cloud/faults/routes.ts';
import { newApp, type App } from '../../../local/cloud/http.ts';
import { createIdentity } from '../../../local/cloud/identity/identity.ts';
import { createRoles } from '../../../local/cloud/roles/roles.ts';
import type { Vault } from '../../../local/cloud/vault/vault.ts';
import { createVaults } from '../../../local/cloud/vault/vaults.ts';
import type { IdentityService } from '../../../local/cloud/world.ts';
import { trust } from '../../../local/trust.ts';
import { app, credentialOf, freePort, openTestWorld, type TestWorld } from './services.ts';

let opened: TestWorld;
let identity: IdentityService;
let vault: Vault;
let faults: Faults;
let registry: string;
/** Requests that reached the registry. */
let reached: string[];

beforeEach(async () => {
  opened = await openTestWorld();
  const { world } = opened;
  trust(world.tls.caFile);
  identity = createIdentity({ world });
  const roles = createRoles({ world });
  roles.assign(app.objectId, 'Key Vault Secrets Officer', `/subscriptions/${world.config.subscription}`);
  vault = createVaults({ world, identity, roles }).named('contractvault');
  faults = createFaults(world);
  const arm = createArm({ world, identity, roles });
  addFaultRoutes(arm, { world, identity, roles, faults });
  reached = [];
  const dataPlane = newApp();
  dataPlane.all('*', (c) => {
    reached.push(`${c.req.method} ${c.req.path}`);
    return c.json({ there: true });
  });
  const listen = async (served: App, listener: string, port: number) => {
    const fetch = faults.before((request, bindings) => served.fetch(request, bindings), listener);
    await opened.listen({ fetch }, { port });
  };
  await listen(arm, 'arm', world.config.ports.arm);
  await listen(vault.app, 'vault', vault.port);
  const port = await freePort();
  await listen(dataPlane, 'registry basereg', port);
  registry = `https://localhost:${port}`;
});
afterEach(() => opened.close());

interface Shown {
  seed: number;
  rules: { matched: number; struck: number }[];
}

async function call(method: 'GET' | 'PUT', body?: object, token?: string): Promise<{ status: number; body: Shown }> {
  const url = `https://localhost:${opened.world.config.ports.arm}`;
  const answer = await fetch(`${url}/local/faults`, {
    method,
    headers: { authorization: `Bearer ${token ?? identity.issue(app, url)}` },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return { status: answer.status, body: (await answer.json()) as Shown };
}
const put = (...rules: object[]) => call('PUT', { rules });

test('throttles the next requests, with the time to wait, and counts', async () => {
  await put({ service: 'registry', next: 2, fault: { kind: 'throttle', retryAfterSeconds: 7 } });

  const answers = [await fetch(`${registry}/v2/`), await fetch(`${registry}/v2/`), await fetch(`${registry}/v2/`)];
  const { body } = await call('GET');

  expect(answers.map(({ status }) => status)).toEqual([429, 429, 200]);
  expect(answers[0]?.headers.get('retry-after')).toBe('7');
  expect(await answers[0]?.json()).toMatchObject({ errors: [{ code: 'TOOMANYREQUESTS' }] });
  expect(reached).toEqual(['GET /v2/']);
  expect(body.rules).toMatchObject([{ matched: 3, struck: 2 }]);
});

test('a client of Azure waits as it is told and gets its answer', async () => {
  vault.put('token', 'v1');
  const client = new SecretClient(vault.url, credentialOf(identity, app), {
    disableChallengeResourceVerification: true,
  });
  await put({
    service: 'vault',
    operation: 'GET /secrets/*',
    next: 2,
    fault: { kind: 'throttle', retryAfterSeconds: 0 },
  });

  const { value } = await client.getSecret('token');

  expect(value).toBe('v1');
  expect((await call('GET')).body.rules).toMatchObject([{ struck: 2 }]);
});

test('fails what one rule is for, and leaves the rest alone', async () => {
  await put(
    { service: 'registry', operation: 'PUT *', rate: 1, fault: { kind: 'error', status: 500 } },
    { service: 'registry', registry: 'another', rate: 1, fault: { kind: 'error' } },
  );

  const written = await fetch(`${registry}/v2/node/manifests/1`, { method: 'PUT' });
  const read = await fetch(`${registry}/v2/node/manifests/1`);

  expect([written.status, read.status]).toEqual([500, 200]);
  expect(reached).toEqual(['GET /v2/node/manifests/1']);
});

test('ends the connection before the service hears of it, or after it has done its work', async () => {
  await put(
    { operation: 'GET /before', next: 1, fault: { kind: 'reset' } },
    { operation: 'GET /after', next: 1, fault: { kind: 'lose-answer' } },
  );

  const before = await fetch(`${registry}/before`).catch((error: unknown) => error);
  const reachedBefore = [...reached];
  const after = await fetch(`${registry}/after`).catch((error: unknown) => error);

  expect(before).toBeInstanceOf(TypeError);
  expect(reachedBefore).toEqual([]);
  expect(after).toBeInstanceOf(TypeError);
  expect(reached).toEqual(['GET /after']);
  expect((await fetch(`${registry}/after`)).status).toBe(200);
});

test('answers late', async () => {
  await put({ service: 'registry', next: 1, fault: { kind: 'slow', delayMs: 300 } });
  const startedAt = performance.now();

  const { status } = await fetch(`${registry}/v2/`);

  expect(status).toBe(200);
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(290);
});

test('strikes the same requests in the same order when the same plan is put again', async () => {
  const statuses = async () => {
    await call('PUT', { seed: 42, rules: [{ service: 'registry', rate: 0.5, fault: { kind: 'error' } }] });
    const answers: number[] = [];
    for (let index = 0; index < 20; index++) answers.push((await fetch(`${registry}/${index}`)).status);
    return answers;
  };

  const first = await statuses();

  expect(new Set(first)).toEqual(new Set([200, 503]));
  expect(await statuses()).toEqual(first);
});

test('goes on with plan and counts after a restart of the cloud', async () => {
  await put({ service: 'registry', next: 2, fault: { kind: 'reset' } });
  await fetch(`${registry}/v2/`).catch(() => undefined);

  const restarted = createFaults(opened.again());

  expect(restarted.show()).toMatchObject({ rules: [{ next: 2, matched: 1, struck: 1 }] });
});

test('only an owner of the subscription asks for faults, and what is wrong with them is said', async () => {
  const url = `https://localhost:${opened.world.config.ports.arm}`;
  const rules = [{ rate: 1, fault: { kind: 'error' } }];
  const stranger = { name: 'stranger', objectId: '99999999-0000-4000-8000-000000000001' };

  const answers = [
    await fetch(`${url}/local/faults`, { method: 'PUT', body: JSON.stringify({ rules }) }),
    await call('PUT', { rules }, identity.issue(stranger, url)),
    await call('PUT', { rules: [{ fault: { kind: 'earthquake' } }] }),
    // All of Azure fails now, and yet the faults can be ended.
    await call('PUT', { rules }),
    await fetch(`${registry}/v2/`),
    await call('PUT', {}),
    await fetch(`${registry}/v2/`),
  ];

  expect(answers.map(({ status }) => status)).toEqual([401, 403, 400, 200, 503, 200, 200]);
});
