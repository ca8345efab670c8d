import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createClients } from '../../../shared/azure/clients.ts';
import { azureSecrets } from '../../../shared/azure/secrets.ts';
import type { Secrets } from '../../../shared/ports/secrets.ts';
import type { Answer } from './wire.ts';
import { anyone, startWired, SUBSCRIPTION, type Wired } from './wired-clients.ts';

const VERSION = '0123456789abcdef0123456789abcdef';

let wired: Wired;
let secrets: Secrets;
beforeAll(async () => {
  wired = await startWired();
  const { url } = wired.wire;
  const endpoints = { armEndpoint: url, tablesEndpoint: url, blobsEndpoint: url, announcementsEndpoint: url };
  const settings = { subscriptionId: SUBSCRIPTION, keyVaultUrl: url, ...endpoints };
  secrets = azureSecrets(createClients(settings, { credential: anyone, deadlineSeconds: 3 }));
});
afterAll(() => wired.wire.close());
beforeEach(() => void wired.wire.requests.splice(0));

/** A vault first asks for a token of its own audience, which is not its host here: the check of that is off on loopback. */
const onRead = (path: string, answer: Answer) =>
  wired.wire.on('GET', path, ({ headers }) =>
    headers.authorization
      ? answer
      : {
          status: 401,
          headers: {
            'WWW-Authenticate':
              'Bearer authorization="https://login.example.com/tenant", resource="https://vault.azure.net"',
          },
        },
  );
const bundle = (attributes: object): Answer => ({
  status: 200,
  body: { value: 's3cret', id: `${wired.wire.url}/secrets/dockerhub/${VERSION}`, attributes },
});
const forbidden = (inner: string): Answer => ({
  status: 403,
  body: { error: { code: 'Forbidden', message: 'Operation get is not allowed.', innererror: { code: inner } } },
});

test('reads the newest version of a secret, and says which one it is', async () => {
  onRead('/secrets/dockerhub/', bundle({ enabled: true }));

  expect(await secrets.read('dockerhub')).toEqual({ value: 's3cret', version: VERSION });
});

test('reads the version that was asked for', async () => {
  onRead(`/secrets/dockerhub/${VERSION}`, bundle({ enabled: true }));

  expect(await secrets.read('dockerhub', VERSION)).toEqual({ value: 's3cret', version: VERSION });
});

test.each([
  ['not there', { status: 404, body: { error: { code: 'SecretNotFound', message: 'no' } } }],
  ['disabled', forbidden('SecretDisabled')],
])('a secret that is %s is no secret', async (_, answer) => {
  onRead('/secrets/dockerhub/', answer);

  expect(await secrets.read('dockerhub')).toBeUndefined();
});

test('names the role when it may not read', async () => {
  onRead('/secrets/dockerhub/', forbidden('ForbiddenByRbac'));

  await expect(secrets.read('dockerhub')).rejects.toThrow(
    /read the secret "dockerhub".*403 Forbidden, ForbiddenByRbac.*"gated-import secret reader"/,
  );
});

test('throws trouble with the time to wait when throttled', async () => {
  onRead('/secrets/dockerhub/', {
    status: 429,
    headers: { 'Retry-After': '20' },
    body: { error: { code: 'Throttled', message: 'no' } },
  });

  await expect(secrets.read('dockerhub')).rejects.toMatchObject({ code: 'ServiceTrouble', retryAfterSeconds: 20 });
});
