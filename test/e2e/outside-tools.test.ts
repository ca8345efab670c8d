/** Whoever does not trust the app asks elsewhere, with tools of their own and what `endpoints.json` says: they see what it claims. */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { announcementTopicId } from '../../local/azure.ts';
import { missing } from '../../local/demo/until.ts';
import { paint, running } from '../../local/demo/walkthrough.ts';
import type { Endpoints } from '../../local/endpoints.ts';
import { layoutOf } from '../../local/layout.ts';
import { openWebhook, type Webhook } from '../contract/cloud/events-webhook.ts';
import { runProgram } from './programs.ts';
import { startSystem, type CandidateSeen, type System } from './system.ts';

const ARM = 'https://management.azure.com/';
const EVENT_GRID = 'api-version=2022-06-15';

let folder: string;
let system: System;
let endpoints: Endpoints;
let announcements: Webhook;
/** The one promoted candidate, as the app tells it. */
let claimed: CandidateSeen;
let unique: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gated-import-tools-'));
  system = await startSystem();
  endpoints = JSON.parse(await readFile(layoutOf(system.local.instance.directory).endpoints, 'utf8')) as Endpoints;
  // Where podman and skopeo look for a CA: https://github.com/containers/image/blob/main/docs/containers-certs.d.5.md
  await mkdir(join(folder, 'certs'));
  await copyFile(endpoints.caFile, join(folder, 'certs', 'ca.crt'));
  announcements = await subscribe();
  claimed = await system.settled((await paint(demo(), 'teal')).digest, 'promoted');
  unique = (await system.gate()).current?.unique ?? '';
});
afterAll(async () => {
  await announcements?.close();
  await system?.destroy();
  await rm(folder, { recursive: true, force: true });
});

const demo = () => ({ local: system.local, ask: system.ask, memory: { sites: {} }, say: () => {} });

const run = promisify(execFile);
const curl = async (...command: string[]): Promise<string> =>
  (await run('curl', ['--silent', '--show-error', '--fail-with-body', '--cacert', endpoints.caFile, ...command]))
    .stdout;
const json = async <T>(...command: string[]): Promise<T> => JSON.parse(await curl(...command)) as T;

/** As `az account get-access-token` has it from a managed identity. */
async function bearer(): Promise<string> {
  const { access_token: token } = await json<{ access_token: string }>(
    ...['--header', `x-identity-header: ${endpoints.environment['IDENTITY_HEADER']}`],
    `${endpoints.identity}?api-version=2019-08-01&resource=${ARM}`,
  );
  return `authorization: Bearer ${token}`;
}

/** A subscription of our own to what the app announces, made with curl. */
async function subscribe(): Promise<Webhook> {
  const webhook = await openWebhook();
  const topic = `${endpoints.arm}${announcementTopicId}`;
  const body = {
    properties: {
      destination: { endpointType: 'WebHook', properties: { endpointUrl: webhook.url } },
      eventDeliverySchema: 'CloudEventSchemaV1_0',
    },
  };
  await curl(
    ...['--request', 'PUT', '--header', await bearer(), '--header', 'content-type: application/json'],
    ...['--data', JSON.stringify(body)],
    `${topic}/providers/Microsoft.EventGrid/eventSubscriptions/outside?${EVENT_GRID}`,
  );
  return webhook;
}

const credentials = (role: 'base' | 'quarantine' | 'team'): string =>
  `${endpoints.registries[role].username}:${endpoints.registries[role].password}`;
const at = (role: 'base' | 'quarantine' | 'team', image: string): string =>
  `${endpoints.registries[role].host}/${image}`;

test('skopeo sees one digest under the stable and the unique tag and in quarantine, and cannot move the unique one', async () => {
  const skopeo = async (verb: string, role: 'base' | 'quarantine', image: string) => {
    const access = ['--creds', credentials(role), '--cert-dir', join(folder, 'certs')];
    return JSON.parse((await run('skopeo', [verb, ...access, `docker://${at(role, image)}`])).stdout) as {
      Digest: string;
      Tags: string[];
    };
  };

  const seen = await Promise.all([
    skopeo('inspect', 'base', 'node:15-alpine'),
    skopeo('inspect', 'base', `node:${unique}`),
    skopeo('inspect', 'quarantine', `node/node@${claimed.digest}`),
  ]);
  const { Tags: tags } = await skopeo('list-tags', 'base', 'node');
  const moved = run('skopeo', [
    ...['copy', '--src-creds', credentials('quarantine'), '--dest-creds', credentials('base')],
    ...['--src-cert-dir', join(folder, 'certs'), '--dest-cert-dir', join(folder, 'certs')],
    `docker://${at('quarantine', 'gated-import/runner:1')}`,
    `docker://${at('base', `node:${unique}`)}`,
  ]);

  expect(seen.map(({ Digest: digest }) => digest)).toEqual([claimed.digest, claimed.digest, claimed.digest]);
  expect(unique).toBe(`15-alpine-${claimed.evidence['functional']?.runId}`);
  expect(tags.toSorted()).toEqual(['15-alpine', unique]);
  await expect(moved).rejects.toThrow(/The operation is disallowed on this registry, repository or image/);
});

test('podman logs in and pulls the stable tag, and has the promoted digest', async () => {
  const podman = async (...command: string[]) => {
    const store = [
      '--root',
      join(folder, 'podman'),
      '--runroot',
      join(folder, 'podman-run'),
      '--storage-driver',
      'vfs',
    ];
    return (await run('podman', [...store, ...command])).stdout.trim();
  };
  const { host, username, password } = endpoints.registries.base;
  const login = ['--authfile', join(folder, 'auth.json'), '--cert-dir', join(folder, 'certs')];

  await podman('login', ...login, '--username', username, '--password', password, host);
  await podman('pull', '--quiet', ...login, at('base', 'node:15-alpine'));

  const digests = await podman('image', 'inspect', '--format', '{{json .RepoDigests}}', at('base', 'node:15-alpine'));
  expect(JSON.parse(digests)).toContain(at('base', `node@${claimed.digest}`));
});

test('curl sees the lock, the run with its log, and the page in the colour of what was promoted', async () => {
  const site = await running(demo(), 'the page is teal', async ({ page }) => page.color === 'teal');

  const registry = ['--user', credentials('base'), endpoints.registries.base.url];
  const tag = await json<{ tag: object }>(...registry.slice(0, 2), `${registry[2]}/acr/v1/node/_tags/${unique}`);
  const page = await curl(site.url);
  const check = `${endpoints.app}/api/gates/node/candidates/${claimed.digest}/checks/functional/log`;
  const { apps } = await json<{ apps: { group: string; deployment: { digest: string } }[] }>(
    `${endpoints.app}/api/apps`,
  );

  expect(tag.tag).toMatchObject({
    digest: claimed.digest,
    changeableAttributes: { writeEnabled: false, deleteEnabled: false },
  });
  expect(page).toContain('<dd id="color">teal</dd>');
  expect(await curl(check)).toMatch(/^candidate \| PASS: .* teal/m);
  expect(apps).toMatchObject([{ group: 'hello-world', deployment: { digest: site.digest } }]);
});

test('a script with the Azure SDK and the documented environment sees the same', async () => {
  const page = await system.ask.group('hello-world-aci-rg', 'hello-world');

  const { code, stdout, stderr } = await runProgram('test/e2e/sdk-script.ts', {
    arguments: [layoutOf(system.local.instance.directory).endpoints],
    environment: endpoints.environment,
  });

  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const runId = claimed.evidence['functional']?.runId;
  expect(JSON.parse(stdout)).toEqual({
    runs: [{ runId, status: 'Succeeded', runType: 'QuickRun' }],
    log: expect.stringMatching(/^candidate \| PASS: [^]*^gate-result [0-9a-f]{32} 0\r?$/m),
    tags: [
      { name: '15-alpine', digest: claimed.digest, canWrite: true, canDelete: true },
      { name: unique, digest: claimed.digest, canWrite: false, canDelete: false },
    ],
    groups: [{ name: 'hello-world', ip: page?.ip, images: page?.images }],
    secrets: expect.arrayContaining(['hello-world-greeting', 'public-registry-user', 'public-registry-password']),
    tables: expect.arrayContaining(['gates', 'images', 'journal']),
  });
});

test('a subscriber hears of what was promoted, deployed and rejected', async () => {
  const red = await system.pushUpstream('red');
  await system.settled(red, 'rejected');

  const heard = () => announcements.received.map(({ body }) => body as { type: string; subject: string; data: object });
  const wanted = ['gated-import.promoted', 'gated-import.deployed', 'gated-import.rejected'];
  await system.wait(
    `${wanted.join(', ')} are announced`,
    async () => (wanted.every((type) => heard().some((one) => one.type === type)) ? true : missing(heard())),
    { withinSeconds: 60 },
  );

  expect(heard()).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        type: 'gated-import.promoted',
        subject: 'node',
        data: expect.objectContaining({ digest: claimed.digest }),
      }),
      expect.objectContaining({ type: 'gated-import.deployed', subject: 'hello-world' }),
      expect.objectContaining({
        type: 'gated-import.rejected',
        subject: 'node',
        data: expect.objectContaining({ digest: red }),
      }),
    ]),
  );
});
