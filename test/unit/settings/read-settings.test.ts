/** What each setting takes and refuses, and how a refusal is said. */
import { describe, expect, test } from 'vitest';
import { readSettings } from '../../../shared/settings.ts';
import { AZURE, LOCAL, problemsOf } from './environments.ts';

describe('settings', () => {
  test('are read under the names that the code uses, with defaults for what Azure users rarely change', () => {
    expect(readSettings(AZURE)).toEqual({
      kind: 'valid',
      settings: {
        policy: { kind: 'folder', folder: 'team-policy' },
        subscriptionId: '2c1b3a6e-0c7a-4f43-9d41-5a7d6c2c9f10',
        armEndpoint: 'https://management.azure.com',
        keyVaultUrl: 'https://fabrikam.vault.azure.net',
        tablesEndpoint: 'https://fabrikam.table.core.windows.net',
        blobsEndpoint: 'https://fabrikam.blob.core.windows.net',
        announcementsEndpoint: 'https://fabrikam.westeurope-1.eventgrid.azure.net/api/events',
        quarantineRegistry: 'fabrikamquarantine.azurecr.io',
        runnerImage: 'fabrikamquarantine.azurecr.io/docker:28',
        signingKey: 'fabrikam-promotions',
        sweepSchedule: '0 */10 * * * *',
        taskHub: 'fabrikam',
        authMode: 'entra',
      },
    });
  });

  test('that are given win over the defaults', () => {
    const given = {
      ARM_ENDPOINT: 'https://management.usgovcloudapi.net',
      AZURE_CLIENT_ID: '7f0e3a52-27a5-4b0e-8a0c-0f6a3d9b6f11',
    };

    expect(readSettings({ ...AZURE, ...given })).toMatchObject({
      settings: {
        armEndpoint: 'https://management.usgovcloudapi.net',
        managedIdentityClientId: '7f0e3a52-27a5-4b0e-8a0c-0f6a3d9b6f11',
      },
    });
  });

  test('that are missing are all reported, by name, with what they are for and an example', () => {
    const problems = problemsOf({});

    expect(problems.map((problem) => problem.split(':')[0])).toEqual(Object.keys(AZURE));
    expect(problems[2]).toBe(
      'KEY_VAULT_URL: is missing. The key vault that ${secret:name} is read from. Example: https://contoso.vault.azure.net',
    );
  });

  test('that are empty count as not given', () => {
    expect(problemsOf({ ...AZURE, POLICY: '' })).toEqual([expect.stringMatching(/^POLICY: is missing/)]);
    expect(readSettings({ ...AZURE, AZURE_CLIENT_ID: '', ARM_ENDPOINT: '' })).toMatchObject({
      settings: { armEndpoint: 'https://management.azure.com' },
    });
  });

  test.each([
    ['https://fabrikam.blob.core.windows.net/policy', 'https://fabrikam.blob.core.windows.net/policy'],
    ['https://fabrikam.blob.core.windows.net/policy/prod/', 'https://fabrikam.blob.core.windows.net/policy/prod'],
    ['http://127.0.0.1:10000/devstoreaccount1/policy', 'http://127.0.0.1:10000/devstoreaccount1/policy'],
  ])('take POLICY=%s for a container', (value, url) => {
    expect(readSettings({ ...AZURE, POLICY: value })).toMatchObject({
      settings: { policy: { kind: 'container', url } },
    });
  });

  test.each(['examples/hello-world/policy', '/srv/policy', 'C:\\policy', './https/policy'])(
    'take POLICY=%s for a folder',
    (folder) => {
      expect(readSettings({ ...AZURE, POLICY: folder })).toMatchObject({
        settings: { policy: { kind: 'folder', folder } },
      });
      expect(readSettings({ ...LOCAL, POLICY: folder })).toMatchObject({ kind: 'valid' });
    },
  );

  test.each([
    ['names no container', 'https://fabrikam.blob.core.windows.net/'],
    ['is not https', 'http://fabrikam.blob.core.windows.net/policy'],
    ['is of another kind', 'ftp://fabrikam.blob.core.windows.net/policy'],
    ['holds a signature', 'https://fabrikam.blob.core.windows.net/policy?sv=2024&sig=hunter2'],
    ['holds a login', 'https://me:hunter2@fabrikam.blob.core.windows.net/policy'],
  ])('refuse a POLICY that %s', (_, value) => {
    const problems = problemsOf({ ...AZURE, POLICY: value });

    expect(problems).toEqual([expect.stringMatching(/^POLICY: .* is neither a folder nor a container of blobs/)]);
    expect(problems[0]).not.toContain('hunter2');
  });

  test.each([
    ['SUBSCRIPTION_ID', 'my-subscription', '"my-subscription" is not a GUID'],
    ['ARM_ENDPOINT', 'management.azure.com', '"management.azure.com" is not an https:// address'],
    [
      'KEY_VAULT_URL',
      'http://fabrikam.vault.azure.net',
      '"http://fabrikam.vault.azure.net" is not an https:// address',
    ],
    ['QUARANTINE_REGISTRY', 'https://a.azurecr.io', '"https://a.azurecr.io" is not a registry host'],
    ['RUNNER_IMAGE', 'docker cli', '"docker cli" is not an image'],
    ['AGENT_POOL', 'a pool', '"a pool" is not the name of an agent pool'],
    ['PROBE_IMAGE', 'docker.io/library/alpine:3.22', '"docker.io/library/alpine:3.22" is not an image by digest'],
    ['SWEEP_SCHEDULE', '*/5 * * * *', '"*/5 * * * *" is not a schedule of six fields'],
    ['TASK_HUB', 'my-hub', '"my-hub" is not a letter'],
    ['AUTH_MODE', 'none', '"none" is neither "entra" nor "local"'],
    ['AZURE_CLIENT_ID', 'me', '"me" is not a GUID'],
  ])('refuse %s=%s', (name, value, says) => {
    expect(problemsOf({ ...AZURE, [name]: value })).toEqual([expect.stringContaining(`${name}: ${says}`)]);
  });

  test.each([
    ['a signed URL', 'https://a.blob.core.windows.net/?sv=2024&sig=hunter2'],
    ['a login', 'https://me:hunter2@a.blob.core.windows.net'],
    ['a connection string', 'DefaultEndpointsProtocol=https;AccountName=a;AccountKey=hunter2'],
  ])('never show %s that was pasted by mistake', (_, value) => {
    const problems = problemsOf({ ...AZURE, BLOBS_ENDPOINT: value });

    expect(problems).toHaveLength(1);
    expect(problems[0]).not.toContain('hunter2');
  });
});

describe('a schedule', () => {
  test.each(['0 */5 * * * *', '0 0 9-17 * * MON-FRI', '0,30 * * 1 Jan *', '0 0 0 31 12 6', '*/30 * * * * *'])(
    'may be %s',
    (schedule) => {
      expect(problemsOf({ ...AZURE, SWEEP_SCHEDULE: schedule })).toEqual([]);
    },
  );

  test.each([
    '60 * * * * *',
    '* * 24 * * *',
    '* * * 0 * *',
    '* * * * 13 *',
    '* * * * * 7',
    '*/0 * * * * *',
    '* * * * * * *',
    '00:05:00',
    '1- * * * * *',
    ', * * * * *',
  ])('may not be %s', (schedule) => {
    expect(problemsOf({ ...AZURE, SWEEP_SCHEDULE: schedule })).toHaveLength(1);
  });
});

describe('a connection string of Application Insights', () => {
  const KEY = 'InstrumentationKey=5f4d2c1b-9a8e-4d6f-b0c7-3e2a1f0d9c8b';
  const ENDPOINT = 'IngestionEndpoint=https://westeurope-5.in.applicationinsights.azure.com/';
  const given = (text: string) => ({ ...AZURE, APPLICATIONINSIGHTS_CONNECTION_STRING: text });

  test('is taken as the portal shows it', () => {
    const text = `${KEY};${ENDPOINT};LiveEndpoint=https://westeurope.livediagnostics.monitor.azure.com/;ApplicationId=0f1e2d3c-4b5a-4968-8776-655443322110`;

    expect(readSettings(given(text))).toMatchObject({ kind: 'valid', settings: { applicationInsights: text } });
  });

  test.each([
    ['without a key', ENDPOINT],
    ['with a key that is none', `InstrumentationKey=secret;${ENDPOINT}`],
    ['without an endpoint', KEY],
    ['with an endpoint that anybody can read along', `${KEY};IngestionEndpoint=http://westeurope-5.in.example`],
    ['with something else in it', `${KEY};${ENDPOINT};`],
  ])('%s is refused, and not shown', (_, text) => {
    expect(problemsOf(given(text))).toEqual([
      expect.stringMatching(
        /^APPLICATIONINSIGHTS_CONNECTION_STRING: the value \(not shown.*is not a connection string/,
      ),
    ]);
  });
});

describe('AUTH_MODE=local', () => {
  test('is accepted when every endpoint is on this machine', () => {
    expect(readSettings(LOCAL)).toMatchObject({ kind: 'valid', settings: { authMode: 'local' } });
  });

  test('names every endpoint that is not, defaults included', () => {
    const POLICY = 'https://fabrikam.blob.core.windows.net/policy';

    expect(problemsOf({ ...AZURE, POLICY, AUTH_MODE: 'local' }).map((problem) => problem.split(':')[0])).toEqual([
      'POLICY',
      'ARM_ENDPOINT',
      'KEY_VAULT_URL',
      'TABLES_ENDPOINT',
      'BLOBS_ENDPOINT',
      'ANNOUNCEMENTS_ENDPOINT',
      'QUARANTINE_REGISTRY',
    ]);
  });

  test.each([
    'https://localhost.example.com',
    'https://127.0.0.1.example.com',
    'https://127.0.0.1@example.com',
    'https://10.0.0.1',
  ])('is not fooled by %s', (endpoint) => {
    expect(problemsOf({ ...LOCAL, KEY_VAULT_URL: endpoint })).toContainEqual(
      expect.stringContaining('is not on this machine, and AUTH_MODE=local lets everybody in'),
    );
  });
});
