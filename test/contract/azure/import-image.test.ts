import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { DeadlineExceeded, RegistryNotFound, ServiceRefused, ServiceTrouble } from '../../../shared/azure/errors.ts';
import { registryFinder } from '../../../shared/azure/find-registry.ts';
import { imageImporter } from '../../../shared/azure/import-image.ts';
import { digest, host as hostSchema, parseReference, tag } from '../../../shared/domain/reference.ts';
import type { Registries } from '../../../shared/ports/registries.ts';
import type { Answer, Step } from './wire.ts';
import { REGISTRY_ID, startWired, type Wired } from './wired-clients.ts';

const DIGEST = digest.parse(`sha256:${'0c'.repeat(32)}`);
const OPERATION = '/operations/registries-1';
const conflict = {
  error: { code: 'Conflict', message: 'Tag node:22 already exists in target registry.' },
  status: 'Failed',
};

let wired: Wired;
let importImage: Registries['import'];
beforeAll(async () => {
  wired = await startWired();
  importImage = imageImporter(wired.clients, registryFinder(wired.clients));
});
afterAll(() => wired.wire.close());
beforeEach(() => void wired.wire.requests.splice(0));

const upstream = { ...parseReference('docker.io/library/node'), digest: DIGEST, ours: false };
const request = (changes: Partial<Parameters<Registries['import']>[0]> = {}) => ({
  from: upstream,
  to: { ...parseReference(`${wired.host}/node`), tag: tag.parse('22') },
  deadlineSeconds: 20,
  ...changes,
});
const accepted = (): Answer => ({
  status: 202,
  headers: { Location: `${wired.wire.url}${OPERATION}`, 'Retry-After': '1' },
});
const onRequest = (...steps: Step[]) => wired.wire.on('POST', `${REGISTRY_ID}/importImage`, ...steps);
const onPoll = (...steps: Step[]) => wired.wire.on('GET', OPERATION, ...steps);
const posts = () => wired.wire.requests.filter(({ method }) => method === 'POST');
const sent = (): unknown => JSON.parse(posts()[0]?.body.toString() ?? '');

test('imports by digest, never by force, and waits until Azure is done', async () => {
  onRequest(accepted());
  onPoll(accepted(), { status: 200, body: { status: 'Succeeded' } });

  const imported = await importImage(request());

  expect(imported).toEqual({ kind: 'imported' });
  expect(sent()).toEqual({
    source: { registryUri: 'docker.io', sourceImage: `library/node@${DIGEST}` },
    targetTags: ['node:22'],
    mode: 'NoForce',
  });
});

test('imports without a tag, with a login, and from a registry of ours by its id', async () => {
  onRequest({ status: 200 });
  const untagged = parseReference(`${wired.host}/node`);
  const credentials = { username: 'reader', password: 'hush' };

  await importImage(request({ from: { ...upstream, credentials }, to: untagged }));
  await importImage(request({ from: { ...untagged, digest: DIGEST, ours: true }, to: untagged }));

  const bodies = posts().map(({ body }) => JSON.parse(body.toString()) as unknown);
  const target = { untaggedTargetRepositories: ['node'], mode: 'NoForce' };
  expect(bodies).toEqual([
    { source: { registryUri: 'docker.io', credentials, sourceImage: `library/node@${DIGEST}` }, ...target },
    { source: { resourceId: REGISTRY_ID, sourceImage: `node@${DIGEST}` }, ...target },
  ]);
});

test.each([
  ['to the request, as 409', { request: { status: 409, body: conflict } }],
  ['to the request, as 400', { request: { status: 400, body: conflict } }],
  ['to a poll, as 400', { poll: { status: 400, body: conflict } }],
  ['to a poll, as 409', { poll: { status: 409, body: conflict } }],
  ['to a poll, as 200 that says Failed', { poll: { status: 200, body: conflict } }],
])('"that tag exists" is an answer, %s', async (_, answers: { request?: Answer; poll?: Answer }) => {
  onRequest(answers.request ?? accepted());
  onPoll(answers.poll ?? { status: 500 });

  expect(await importImage(request())).toEqual({ kind: 'tag-exists' });
});

test('a failed poll is trouble, since Azure does not say whether it will pass', async () => {
  onRequest(accepted());
  onPoll({ status: 400, body: { error: { code: 'InvalidParameters', message: 'Error copying blobs' } } });

  const importing = importImage(request());

  await expect(importing).rejects.toThrow(ServiceTrouble);
  await expect(importing).rejects.toThrow(
    /import docker\.io\/library\/node@sha256:0c.* to localhost.*InvalidParameters Error copying blobs/,
  );
});

test('an operation that says Failed with 200 has failed', async () => {
  onRequest(accepted());
  onPoll({ status: 200, body: { status: 'Failed', error: { code: 'ImageNotFound', message: '' } } });

  await expect(importImage(request())).rejects.toThrow(/the import failed \(ImageNotFound\)/);
});

test('names the role that is missing, and no login', async () => {
  onRequest({ status: 403, body: { error: { code: 'AuthorizationFailed', message: 'no permission' } } });

  const importing = importImage(
    request({ from: { ...upstream, credentials: { username: 'reader', password: 'hush' } } }),
  );

  const error = await importing.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ServiceRefused);
  expect(String(error)).toMatch(/403 AuthorizationFailed.*"gated-import importer"/);
  expect(JSON.stringify(error, allProperties)).not.toContain('hush');
});

test('gives up at its own deadline on an operation that never ends', async () => {
  onRequest(accepted());
  onPoll(accepted());

  const importing = importImage(request({ deadlineSeconds: 2 }));

  await expect(importing).rejects.toThrow(DeadlineExceeded);
  await expect(importing).rejects.toThrow(/within 2 s; it may still do so/);
});

test('gives up at its own deadline on a request that nobody answers', async () => {
  onRequest('never');

  await expect(importImage(request({ deadlineSeconds: 1 }))).rejects.toThrow(DeadlineExceeded);
});

test('does not repeat a request whose answer was lost', async () => {
  onRequest('hang up');

  await expect(importImage(request())).rejects.toThrow(ServiceTrouble);
  expect(posts()).toHaveLength(1);
});

test('waits a short while when throttled, and hands a long one on', async () => {
  onRequest({ status: 429, headers: { 'Retry-After': '1' } }, { status: 200 });
  expect(await importImage(request())).toEqual({ kind: 'imported' });
  onRequest({ status: 429, headers: { 'Retry-After': '120' } });

  const importing = importImage(request());

  await expect(importing).rejects.toMatchObject({ code: 'ServiceTrouble', status: 429, retryAfterSeconds: 120 });
});

test('polls on through a moment of throttling', async () => {
  onRequest(accepted());
  onPoll(
    { status: 429, headers: { 'Retry-After': '1' } },
    { status: 503 },
    { status: 200, body: { status: 'Succeeded' } },
  );

  expect(await importImage(request())).toEqual({ kind: 'imported' });
});

test('names the registry that is not there, and what is', async () => {
  const to = { ...request().to, host: hostSchema.parse('nowhere.example.io') };

  const importing = importImage(request({ to }));

  await expect(importing).rejects.toThrow(RegistryNotFound);
  await expect(importing).rejects.toThrow(/"nowhere\.example\.io".*it sees localhost:\d+.*BASE_REGISTRY/);
});

/** For `JSON.stringify`: errors with their causes, whatever is enumerable or not. */
function allProperties(_: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  return Object.fromEntries(Object.getOwnPropertyNames(value).map((name) => [name, Reflect.get(value, name)]));
}
