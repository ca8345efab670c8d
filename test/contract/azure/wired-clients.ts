/** The real clients, pointed at one server that plays Azure. */
import type { TokenCredential } from '@azure/core-auth';
import { createClients, type Clients } from '../../../shared/azure/clients.ts';
import { host as hostSchema, type Host } from '../../../shared/domain/reference.ts';
import { localTls } from './local-tls.ts';
import { startWire, type Step, type Wire } from './wire.ts';

export const SUBSCRIPTION = '11111111-2222-3333-4444-555555555555';
export const REGISTRY_ID = `/subscriptions/${SUBSCRIPTION}/resourceGroups/imports-rg/providers/Microsoft.ContainerRegistry/registries/base`;
export const REGISTRIES = `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.ContainerRegistry/registries`;

/** Of one call; short, for the tests in which nothing answers. */
export const DEADLINE_SECONDS = 3;

export const anyone: TokenCredential = {
  getToken: async () => ({ token: 'aad-token', expiresOnTimestamp: Date.now() + 3_600_000 }),
};

export interface Wired {
  wire: Wire;
  clients: Clients;
  /** The registry `base`, whose login server is the wire itself. */
  host: Host;
}

/** Azure Resource Manager and the registry `base` on one server. */
export async function startWired(): Promise<Wired> {
  const wire = await startWire({ tls: await localTls() });
  const clients = createClients(
    {
      subscriptionId: SUBSCRIPTION,
      armEndpoint: wire.url,
      keyVaultUrl: `${wire.url}/vault`,
      tablesEndpoint: `${wire.url}/tables`,
      blobsEndpoint: `${wire.url}/blobs`,
      announcementsEndpoint: `${wire.url}/api/events`,
    },
    { credential: anyone, deadlineSeconds: DEADLINE_SECONDS },
  );
  const host = hostSchema.parse(wire.host);
  wire.on('GET', REGISTRIES, {
    status: 200,
    body: { value: [{ id: REGISTRY_ID, name: 'base', location: 'westus', properties: { loginServer: host } }] },
  });
  wire.on('POST', '/oauth2/exchange', { status: 200, body: { refresh_token: refreshToken() } });
  wire.on('POST', '/oauth2/token', { status: 200, body: { access_token: 'acr-token' } });
  return { wire, clients, host };
}

/** As a registry does: a challenge to whoever brings no token, and the steps to whoever does. */
export const challenged = (wire: Wire, step: Exclude<Step, string>): Step => {
  return (request) => {
    if (request.headers.authorization === 'Bearer acr-token') return typeof step === 'function' ? step(request) : step;
    const realm = `${wire.url}/oauth2/token`;
    return {
      status: 401,
      headers: {
        'WWW-Authenticate': `Bearer realm="${realm}",service="${wire.host}",scope="repository:node:pull,push"`,
      },
    };
  };
};

function refreshToken(): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part({ exp: Math.floor(Date.now() / 1000) + 10_000 })}.signature`;
}
