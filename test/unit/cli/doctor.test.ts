/** `gated-import doctor`: where it finds settings, what it says when it cannot look, and how it ends. What it finds is in test/contract/doctor. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import type { Finding } from '../../../shared/domain/doctor/finding.ts';
import { GATES, GROUP } from '../domain/policy-fixture.ts';
import { answering } from './served.ts';
import { gatedImport, type Outcome } from './terminal.ts';

const SITE =
  '/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/rg/providers/Microsoft.Web/sites/gated-import';

let folder: string;
let azure: Awaited<ReturnType<typeof answering>>;
/** What Azure answers, by the end of the path; everything else is forbidden. */
let answers: Record<string, unknown>;
let requests: { url: string; token: string }[];
let settings: Record<string, string>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gated-import-doctor-'));
  await mkdir(join(folder, 'policy/apps'), { recursive: true });
  await mkdir(join(folder, 'policy/checks'));
  await writeFile(join(folder, 'policy/gates.yaml'), GATES);
  await writeFile(join(folder, 'policy/apps/web.yaml'), GROUP);
  await writeFile(join(folder, 'policy/checks/node.sh'), 'node --version\n');
  answers = {};
  requests = [];
  azure = await answering((request, response) => {
    const path = pathOf(request);
    requests.push({ url: `${request.method} ${path}`, token: request.headers.authorization ?? '' });
    const found = Object.entries(answers).find(([end]) => path.endsWith(end))?.[1];
    const refused = { error: { code: 'AuthorizationFailed', message: 'You may not.\nCorrelation id: 1' } };
    response.writeHead(found === undefined ? 403 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(found ?? refused));
  });
  settings = {
    POLICY: 'policy',
    SUBSCRIPTION_ID: '0b1f6471-1bf0-4dda-aec3-cb9272f09590',
    ARM_ENDPOINT: azure.url,
    KEY_VAULT_URL: azure.url,
    TABLES_ENDPOINT: 'http://127.0.0.1:1/account',
    BLOBS_ENDPOINT: 'http://127.0.0.1:1/account',
    ANNOUNCEMENTS_ENDPOINT: 'http://127.0.0.1:1/api/events',
    QUARANTINE_REGISTRY: 'localhost:1',
    // Nobody listens there: no test asks an upstream that is not on this machine.
    PUBLIC_REGISTRY: 'localhost:1',
    BASE_REGISTRY: 'base.azurecr.io',
    TEAM_REGISTRY: 'team.azurecr.io',
    RUNNER_IMAGE: `localhost:1/runner@sha256:${'a'.repeat(64)}`,
    SIGNING_KEY: 'promotions',
    SWEEP_SCHEDULE: '0 */5 * * * *',
    TASK_HUB: 'gatedimport',
  };
});
afterEach(async () => {
  await azure.close();
  await rm(folder, { recursive: true });
});

const pathOf = (request: IncomingMessage): string => new URL(request.url ?? '', 'http://host').pathname;

const signIn = (scope: string) => Promise.resolve(`token for ${scope}`);
const examine = (args: string[], environment: Record<string, string> = {}): Promise<Outcome> =>
  gatedImport(['doctor', 'policy', ...args], environment, { folder, signIn });
const findingsOf = ({ said }: Outcome): Finding[] => (JSON.parse(said) as { findings: Finding[] }).findings;
const write = (name: string, json: unknown) => writeFile(join(folder, name), JSON.stringify(json));

describe('settings', () => {
  test.each([
    ['local.settings.json', () => ({ IsEncrypted: false, Values: settings })],
    ['the list of az', () => Object.entries(settings).map(([name, value]) => ({ name, value, slotSetting: false }))],
    ['names and values', () => settings],
  ])('are read from %s', async (_, content) => {
    await write('settings.json', content());

    const { complained } = await examine(['--settings', 'settings.json', '--json']);

    expect(complained).toBe('');
    expect(new Set(requests.map(({ token }) => token))).toEqual(new Set([`Bearer token for ${azure.url}/.default`]));
    expect(requests.map(({ url }) => url)).toContain(
      'GET /subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/providers/Microsoft.ContainerRegistry/registries',
    );
  });

  it('are taken from the environment when nothing else is there', async () => {
    await examine(['--json'], settings);

    expect(requests).not.toEqual([]);
  });

  it('are read from the deployed app, with its identity', async () => {
    answers = {
      [SITE]: {
        id: SITE,
        properties: { defaultHostName: 'gated-import.azurewebsites.net' },
        identity: { userAssignedIdentities: { '/identities/app': { principalId: 'oid-app' } } },
      },
      '/config/appsettings/list': { properties: settings },
    };

    await examine(['--function-app', SITE, '--json'], { ARM_ENDPOINT: azure.url });

    expect(requests.slice(0, 2).map(({ url }) => url)).toEqual([`GET ${SITE}`, `POST ${SITE}/config/appsettings/list`]);
    expect(requests.map(({ url }) => url)).toContain(
      'GET /subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/providers/Microsoft.Authorization/roleAssignments',
    );
  });

  it('of a deployed app that may not be read are said to be so, with the role', async () => {
    const { code, complained } = await examine(['--function-app', SITE], { ARM_ENDPOINT: azure.url });

    expect(code).toBe(1);
    expect(complained).toBe(
      `doctor: the settings of ${SITE} could not be read: it was answered 403, AuthorizationFailed: You may not. (needed: the role "Website Contributor" on the function app)`,
    );
  });

  it('that are not valid are all said, and nothing is asked with them', async () => {
    await write('settings.json', { ...settings, SUBSCRIPTION_ID: 'mine', TASK_HUB: '' });

    const { code, said } = await examine(['--settings', 'settings.json']);

    expect(code).toBe(1);
    expect(said).toMatch(/^error {5}SUBSCRIPTION_ID: "mine" is not a GUID\./m);
    expect(said).toMatch(/^error {5}TASK_HUB: is missing\./m);
    expect(said).toMatch(/^2 errors, 0 warnings$/m);
    expect(requests).toEqual([]);
  });
});

it('says what is wrong with the policy, and asks nothing with it', async () => {
  await writeFile(join(folder, 'policy/gates.yaml'), GATES.replace('soak: 3d', 'soak: soon'));
  await write('settings.json', settings);

  const { code, said } = await examine(['--settings', 'settings.json']);

  expect(code).toBe(1);
  expect(said).toMatch(/^error {5}gates.yaml:8:11 {2}gate "node": .*soon/);
  expect(said).toContain('fix     correct it; gated-import check policy says whether it is valid');
  expect(requests).toEqual([]);
});

it('says of all that it may not see which right is missing', async () => {
  await write('settings.json', settings);

  const outcome = await examine(['--settings', 'settings.json', '--json']);

  const unseen = findingsOf(outcome).filter(({ severity }) => severity === 'unseen');
  expect(unseen).toContainEqual({
    code: 'not-seen',
    severity: 'unseen',
    what: 'the registries of the subscription could not be looked at',
    where: '/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590',
    why: 'it was answered 403, AuthorizationFailed: You may not.',
    fix: 'sign in as somebody who has the role "Reader" on the subscription, and call this again',
  });
  expect(unseen.map(({ what }) => what)).toContain('the key vaults could not be looked at');
  expect(outcome.code).toBe(1);
  expect(findingsOf(outcome)[0]).toMatchObject({ code: 'upstream', severity: 'error' });
});

it('ends with 2 when nobody is signed in, and says so once', async () => {
  await write('settings.json', settings);

  const args = ['doctor', 'policy', '--settings', 'settings.json'];
  const { code, said } = await gatedImport(args, {}, { folder });

  expect(code).toBe(2);
  expect(said.split('\n')).toEqual([
    'not seen  Azure could not be looked at',
    `  where   ${azure.url}`,
    `  why     nobody can sign in for ${azure.url}/.default here`,
    '  fix     sign in as somebody who has the role "Reader" on the subscription ("az login"), and call this again',
    '0 errors, 0 warnings; 1 could not be looked at',
  ]);
  expect(requests).toEqual([]);
});

describe('the running app', () => {
  test.each([
    [200, { status: 'ok', wrong: [] }, []],
    [503, { status: 'degraded', wrong: ['no sweep has ended'] }, ['the app says: no sweep has ended']],
    [403, {}, ['the health of the app could not be looked at']],
    [200, 'a page of somebody else', ['the health of the app could not be looked at']],
  ])('that answers %d %j is shown as it is', async (status, body, said) => {
    const app = await answering((_, response) => response.writeHead(status).end(JSON.stringify(body)));
    await write('settings.json', settings);

    const outcome = await examine(['--settings', 'settings.json', '--app', app.url, '--json']);
    await app.close();

    expect(
      findingsOf(outcome)
        .map(({ what }) => what)
        .filter((what) => /the app says|health/.test(what)),
    ).toEqual(said);
  });
});

it('gives its token to nobody else, whatever a list says', async () => {
  const elsewhere = await answering((_, response) => response.writeHead(200).end('{"value":[]}'));
  answers = { '/registries': { value: [], nextLink: `${elsewhere.url}/more` } };
  await write('settings.json', settings);

  const outcome = await examine(['--settings', 'settings.json', '--json']);
  await elsewhere.close();

  expect(findingsOf(outcome)).toContainEqual(
    expect.objectContaining({
      what: 'the registries of the subscription could not be looked at',
      why: `${elsewhere.url}/more is not of ${azure.url}`,
    }),
  );
});

test.each([
  [[], '<policy folder> is missing'],
  [['nowhere'], '"nowhere" is no folder'],
  [['policy', '--settings', 'none.json'], '--settings: none.json cannot be read'],
  [['policy', '--settings', 'policy/gates.yaml'], '--settings: policy/gates.yaml is no JSON'],
  [
    ['policy', '--settings', 'strange.json'],
    '--settings: strange.json is neither a local.settings.json nor what "az functionapp config appsettings list" prints',
  ],
  [
    ['policy', '--function-app', 'gated-import'],
    '--function-app: "gated-import" is no resource id (az functionapp show --query id --output tsv)',
  ],
  [
    ['policy', '--settings', 'a', '--function-app', 'b'],
    '--settings and --function-app: one of them says what the settings are',
  ],
])('%j is not understood', async (args, why) => {
  await write('strange.json', { Values: ['a'] });

  const { code, complained } = await gatedImport(['doctor', ...args], {}, { folder, signIn });

  expect(code).toBe(2);
  expect(complained).toBe(`doctor: ${why}\ngated-import doctor --help says how it is used.`);
});
