import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { azureContainerGroups } from '../../../shared/azure/container-groups.ts';
import type { ContainerGroups } from '../../../shared/ports/container-groups.ts';
import type { Step } from './wire.ts';
import { startWired, SUBSCRIPTION, type Wired } from './wired-clients.ts';

const group = { resourceGroup: 'apps-rg', name: 'hello-world' };
const PATH = `/subscriptions/${SUBSCRIPTION}/resourceGroups/apps-rg/providers/Microsoft.ContainerInstance/containerGroups/hello-world`;
const specification = {
  location: 'westus',
  properties: {
    osType: 'Linux',
    containers: [{ name: 'web', properties: { image: 'team/hello@sha256:1' } }],
    newerThanOurs: 1,
  },
};
const refusal = (status: number, code: string, message = 'no') => ({ status, body: { error: { code, message } } });

let wired: Wired;
let groups: ContainerGroups;
beforeAll(async () => {
  wired = await startWired();
  groups = azureContainerGroups(wired.clients);
});
afterAll(() => wired.wire.close());
beforeEach(() => void wired.wire.requests.splice(0));

const onPut = (...steps: Step[]) => wired.wire.on('PUT', PATH, ...steps);
const put = () => groups.put(group, specification);

test('puts the whole specification as it is, and does not wait for it', async () => {
  onPut({ status: 201, headers: { 'Azure-AsyncOperation': `${wired.wire.url}/operations/deploy` }, body: {} });

  const answer = await put();

  expect(answer).toEqual({ kind: 'accepted' });
  expect(wired.wire.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
    `PUT ${PATH}?api-version=2023-05-01`,
  ]);
  expect(JSON.parse(wired.wire.requests[0]?.body.toString() ?? '')).toEqual(specification);
});

test('uses the api-version that a group file names', async () => {
  onPut({ status: 200, body: {} });

  await groups.put(group, { apiVersion: '2024-11-01-preview', ...specification });

  expect(wired.wire.requests[0]?.path).toContain('?api-version=2024-11-01-preview');
  expect(JSON.parse(wired.wire.requests[0]?.body.toString() ?? '')).toEqual(specification);
});

test.each([
  [400, 'InaccessibleImage'],
  [404, 'ResourceGroupNotFound'],
  [409, 'ContainerGroupQuotaReached'],
  [403, 'RequestDisallowedByPolicy'],
])('what a person has to mend is an answer: %i %s', async (status, code) => {
  onPut(refusal(status, code, 'The image is not accessible.'));

  expect(await put()).toEqual({ kind: 'refused', code, message: 'The image is not accessible.' });
});

test('a group that is still busy is trouble', async () => {
  onPut(refusal(409, 'ContainerGroupTransitioning'));

  await expect(put()).rejects.toMatchObject({ code: 'ServiceTrouble', status: 409 });
});

test('names the role that is missing', async () => {
  onPut(refusal(403, 'AuthorizationFailed'));

  await expect(put()).rejects.toThrow(
    /deploy the container group apps-rg\/hello-world.*"gated-import group runner" \(apps\) or "Managed Identity Operator" \(pull identity\)/,
  );
});

test('throws trouble with the time to wait when throttled', async () => {
  onPut({ ...refusal(429, 'TooManyRequests'), headers: { 'Retry-After': '600' } });

  await expect(put()).rejects.toMatchObject({ code: 'ServiceTrouble', retryAfterSeconds: 600 });
});

test('puts again what failed or was lost: it is the same specification', async () => {
  onPut({ status: 500 }, 'hang up', { status: 201, body: {} });

  expect(await put()).toEqual({ kind: 'accepted' });
  expect(wired.wire.requests).toHaveLength(3);
});

test('gives up on a deployment that nobody takes', async () => {
  onPut('never');

  await expect(put()).rejects.toMatchObject({
    code: 'ServiceTrouble',
    message: expect.stringMatching(/within our deadline/),
  });
});

test('reads how a group is, and what a person needs to know when it does not start', async () => {
  const event = (message: string, lastTimestamp: string) => ({
    name: 'n',
    type: 'Warning',
    message,
    lastTimestamp,
    count: 1,
  });
  wired.wire.on('GET', PATH, {
    status: 200,
    body: {
      location: 'westus',
      properties: {
        provisioningState: 'Failed',
        ipAddress: { ip: '127.0.1.10', fqdn: 'hello.westus.azurecontainer.io', type: 'Public', ports: [] },
        instanceView: { state: 'Pending', events: [event('second', '2026-01-01T00:00:02Z')] },
        containers: [
          {
            name: 'web',
            properties: {
              image: 'team/hello@sha256:1',
              instanceView: {
                restartCount: 4,
                currentState: { state: 'Waiting', detailStatus: 'CrashLoopBackOff', exitCode: 3 },
                events: [event('first', '2026-01-01T00:00:01Z')],
              },
            },
          },
        ],
      },
    },
  });

  expect(await groups.read(group)).toEqual({
    provisioning: 'Failed',
    state: 'Pending',
    ip: '127.0.1.10',
    fqdn: 'hello.westus.azurecontainer.io',
    containers: [
      {
        name: 'web',
        image: 'team/hello@sha256:1',
        state: 'Waiting',
        detail: 'CrashLoopBackOff, exit code 3',
        restarts: 4,
      },
    ],
    events: ['first', 'second'],
  });
});

test('a group that is not there is an answer', async () => {
  wired.wire.on('GET', PATH, refusal(404, 'ResourceNotFound'));

  expect(await groups.read(group)).toBeUndefined();
});
