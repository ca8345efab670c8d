/**
 * Calls the emulated Azure the way a deployment calls the real one: with a token of the managed identity endpoint, through the front doors.
 *
 * Plain `fetch`, so that what a page of Azure's REST reference says can be compared with what is sent here.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { armUrl, identityUrl, vaultUrl } from '../azure.ts';
import type { Instance } from '../instance.ts';

export interface AzureClient {
  /** `undefined`: 404. `path` begins with `/subscriptions/`. */
  get(path: string, apiVersion: string): Promise<unknown>;
  /** Answers when the operation has succeeded. */
  put(path: string, apiVersion: string, body: object): Promise<unknown>;
  patch(path: string, apiVersion: string, body: object): Promise<unknown>;
  post(path: string, apiVersion: string, body: object): Promise<unknown>;
  /** What is not there is as good as deleted. */
  delete(path: string, apiVersion: string): Promise<void>;
  /** From the vault of the app when no URL of another is given. `undefined`: there is no such secret. */
  secret(name: string, options?: { vaultUri: string }): Promise<string | undefined>;
  setSecret(name: string, value: string): Promise<void>;
}

export class AzureRefused extends Error {
  readonly code = 'AzureRefused';
  readonly status: number;

  constructor(method: string, url: string, status: number, text: string) {
    super(`${method} ${url} was answered ${status}: ${text.slice(0, 500)}`);
    this.status = status;
  }
}

export const TASKS_API_VERSION = '2019-06-01-preview';

const ARM_AUDIENCE = 'https://management.azure.com/';
const VAULT_AUDIENCE = 'https://vault.azure.net';
const VAULT_API_VERSION = '7.5';
const POLL_EVERY_MS = 100;
const OPERATION_WITHIN_MS = 60_000;

export function createAzureClient(instance: Instance): AzureClient {
  const call = (method: string, url: string, body?: object) => request({ instance, method, url, body });
  const arm = (path: string, apiVersion: string) => `${armUrl(instance)}${path}?api-version=${apiVersion}`;
  const secretUrl = (name: string, vaultUri = `${vaultUrl(instance)}/`) =>
    `${vaultUri}secrets/${name}?api-version=${VAULT_API_VERSION}`;
  const get = async (url: string): Promise<unknown> => {
    const answer = await call('GET', url);
    return answer.status === 404 ? undefined : await json(answer);
  };
  return {
    get: (path, apiVersion) => get(arm(path, apiVersion)),
    async put(path, apiVersion, body) {
      const url = arm(path, apiVersion);
      const answer = await call('PUT', url, body);
      const operation = answer.headers.get('azure-asyncoperation');
      const resource = await json(answer);
      if (operation === null) return resource;
      await untilSucceeded(operation, get);
      return get(url);
    },
    patch: async (path, apiVersion, body) => json(await call('PATCH', arm(path, apiVersion), body)),
    post: async (path, apiVersion, body) => json(await call('POST', arm(path, apiVersion), body)),
    async delete(path, apiVersion) {
      const answer = await call('DELETE', arm(path, apiVersion));
      if (answer.status !== 404) json(answer);
    },
    async secret(name, options) {
      const found = await get(secretUrl(name, options?.vaultUri));
      return found === undefined ? undefined : (found as { value: string }).value;
    },
    async setSecret(name, value) {
      await json(await call('PUT', secretUrl(name), { value }));
    },
  };
}

async function request(options: {
  instance: Instance;
  method: string;
  url: string;
  body: object | undefined;
}): Promise<Answer> {
  const { instance, method, url, body } = options;
  const audience = url.startsWith(armUrl(instance)) ? ARM_AUDIENCE : VAULT_AUDIENCE;
  const answer = await fetch(url, {
    method,
    headers: {
      authorization: `Bearer ${await token(instance, audience)}`,
      ...(body ? { 'content-type': 'application/json' } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return { method, url, status: answer.status, headers: answer.headers, text: await answer.text() };
}

interface Answer {
  method: string;
  url: string;
  status: number;
  headers: Headers;
  text: string;
}

async function token(instance: Instance, audience: string): Promise<string> {
  const url = `${identityUrl(instance)}?api-version=2019-08-01&resource=${encodeURIComponent(audience)}`;
  const answer = await fetch(url, { headers: { 'x-identity-header': instance.identityHeaders.provisioner } });
  if (!answer.ok) throw new AzureRefused('GET', url, answer.status, await answer.text());
  return ((await answer.json()) as { access_token: string }).access_token;
}

function json({ method, url, status, text }: Answer): unknown {
  if (status >= 400) throw new AzureRefused(method, url, status, text);
  return text === '' ? undefined : (JSON.parse(text) as unknown);
}

async function untilSucceeded(operation: string, get: (url: string) => Promise<unknown>): Promise<void> {
  const deadline = Date.now() + OPERATION_WITHIN_MS;
  for (;;) {
    const state = (await get(operation)) as { status: string } | undefined;
    if (state?.status === 'Succeeded') return;
    const ended = state === undefined || state.status === 'Failed' || state.status === 'Canceled';
    if (ended || Date.now() > deadline)
      throw new Error(`the operation ${operation} did not succeed: ${JSON.stringify(state)}`);
    await sleep(POLL_EVERY_MS);
  }
}
