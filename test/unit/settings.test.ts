import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { policyVariables, readSettings, settingsTable } from '../../shared/settings.ts';
import type { Environment } from '../../shared/settings.ts';

const AZURE: Environment = {
  POLICY: 'team-policy',
  SUBSCRIPTION_ID: '2c1b3a6e-0c7a-4f43-9d41-5a7d6c2c9f10',
  KEY_VAULT_URL: 'https://fabrikam.vault.azure.net',
  TABLES_ENDPOINT: 'https://fabrikam.table.core.windows.net',
  BLOBS_ENDPOINT: 'https://fabrikam.blob.core.windows.net',
  ANNOUNCEMENTS_ENDPOINT: 'https://fabrikam.westeurope-1.eventgrid.azure.net/api/events',
  QUARANTINE_REGISTRY: 'fabrikamquarantine.azurecr.io',
  RUNNER_IMAGE: 'fabrikamquarantine.azurecr.io/docker:28',
  SIGNING_KEY: 'fabrikam-promotions',
  SWEEP_SCHEDULE: '0 */10 * * * *',
  TASK_HUB: 'fabrikam',
};

const LOCAL: Environment = {
  ...AZURE,
  AUTH_MODE: 'local',
  ARM_ENDPOINT: 'https://localhost:9443',
  KEY_VAULT_URL: 'https://[::1]:9444',
  TABLES_ENDPOINT: 'http://127.0.0.1:10002/devstoreaccount1',
  BLOBS_ENDPOINT: 'https://127.1.2.3:10000/devstoreaccount1',
  ANNOUNCEMENTS_ENDPOINT: 'https://localhost:9445/announcements/api/events',
  QUARANTINE_REGISTRY: 'localhost:5002',
};

const problemsOf = (environment: Environment): string[] => {
  const read = readSettings(environment);
  return read.kind === 'invalid' ? read.problems : [];
};

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

describe('the variables of a policy', () => {
  test('are the registries and what POLICY_VARIABLES lists', () => {
    const environment = {
      ...AZURE,
      BASE_REGISTRY: 'base.azurecr.io',
      TEAM_A2_REGISTRY: 'a2.azurecr.io',
      EMPTY_REGISTRY: '',
      registry: 'x',
      REGISTRY: 'x',
      REGION: 'westeurope',
      OTHER: 'x',
      POLICY_VARIABLES: ' REGION , ',
    };

    expect(policyVariables(environment)).toEqual({
      BASE_REGISTRY: 'base.azurecr.io',
      TEAM_A2_REGISTRY: 'a2.azurecr.io',
      REGION: 'westeurope',
    });
    expect(problemsOf(environment)).toEqual([]);
  });

  test('never have the quarantine registry, even when it is listed', () => {
    expect(policyVariables({ ...AZURE, POLICY_VARIABLES: 'QUARANTINE_REGISTRY' })).toEqual({});
  });

  test.each(['DB_PASSWORD', 'API_KEY', 'CLIENT_SECRET', 'GITHUB_TOKEN', 'STORAGE_CONNECTION_STRING', 'BLOB_SAS'])(
    'never have %s, and listing it is a problem',
    (name) => {
      const environment = { ...AZURE, [name]: 'hunter2', POLICY_VARIABLES: name };

      expect(policyVariables(environment)).toEqual({});
      expect(problemsOf(environment)).toEqual([
        `POLICY_VARIABLES: "${name}" looks like a secret. Put it into Key Vault and write \${secret:name} in the policy.`,
      ]);
    },
  );

  test.each([
    ['region', 'is not a name'],
    ['ARM_ENDPOINT', 'is a setting of the app itself'],
    ['MISSING', 'is listed but not set'],
  ])('cannot be %s', (name, says) => {
    expect(problemsOf({ ...AZURE, POLICY_VARIABLES: name })).toEqual([expect.stringContaining(says)]);
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

describe('local.settings.json.example', () => {
  const load = async (): Promise<Record<string, string>> => {
    const text = await readFile(new URL('../../local.settings.json.example', import.meta.url), 'utf8');
    return (JSON.parse(text) as { Values: Record<string, string> }).Values;
  };
  /** Read by the Functions host and not by the app. */
  const OF_THE_HOST = ['AzureWebJobsStorage', 'AzureWebJobsStorage__queueServiceUri', 'FUNCTIONS_WORKER_RUNTIME'];
  /** Named by the policy of the walkthrough. */
  const OF_THE_POLICY = ['BASE_REGISTRY', 'PUBLIC_REGISTRY', 'TEAM_REGISTRY'];

  test('has exactly the settings of the table, of the host, and of the walkthrough', async () => {
    const names = Object.keys(await load());

    const expected = [...settingsTable.map(({ name }) => name), ...OF_THE_HOST, ...OF_THE_POLICY];
    expect(names.toSorted()).toEqual(expected.toSorted());
  });

  test('is right', async () => {
    const values = await load();

    expect(readSettings(values)).toMatchObject({ kind: 'valid', settings: { authMode: 'local' } });
    expect(Object.keys(policyVariables(values)).toSorted()).toEqual(OF_THE_POLICY);
  });
});

test('the table says of every setting whether it is required, what stands in for it, and what it is for', () => {
  expect(settingsTable.filter(({ required }) => required).map(({ name }) => name)).toEqual(Object.keys(AZURE));
  expect(settingsTable.find(({ name }) => name === 'ARM_ENDPOINT')).toMatchObject({
    default: 'https://management.azure.com',
  });
  for (const { name, description, example } of settingsTable) {
    expect(description, name).not.toBe('');
    expect(
      problemsOf({ ...AZURE, [name]: example }).filter(
        (problem) => problem.startsWith(`${name}:`) && !name.startsWith('POLICY_'),
      ),
      name,
    ).toEqual([]);
  }
});
