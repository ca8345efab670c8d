/** A quick run in quarantine, as the app starts one for each check, reaches nothing but what is in quarantine. Its steps really run. */
import { BlobClient } from '@azure/storage-blob';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { identities, identityUrl, runnerImage, storageAccounts, type RegistryRole } from '../../../../local/azure.ts';
import { detectEngine } from '../../../../local/containers/detect.ts';
import { basic } from '../../cloud/registry-fixture.ts';
import { eventually } from '../../cloud/services.ts';
import { gitVaultUrl, GROUP, openEstate, REPOSITORY, TAG, TOPIC, type Estate } from './estate.ts';

const RUN_ENDS_WITHIN_MS = 60_000;
const ENDED = ['Succeeded', 'Failed', 'Canceled', 'Error', 'Timeout'];
const OTHERS: RegistryRole[] = ['base', 'team', 'public'];

let estate: Estate;
beforeAll(async () => {
  estate = await openEstate({ engine: (options) => detectEngine({ ...options, log: () => {} }) });
}, 60_000);
afterAll(() => estate.close());

const imageIn = (role: RegistryRole): string => `${estate.registries[role].host}/${REPOSITORY}:${TAG}`;

interface Asked {
  /** Where the run is; quarantine when it is not said. */
  role?: RegistryRole;
  credentials?: object;
}

/** Runs one step of the runner image, which has the run's docker client. */
async function runStep(command: string, { role = 'quarantine', credentials = {} }: Asked = {}): Promise<Ended> {
  const { name, id } = estate.registries[role];
  const file = JSON.stringify({ steps: [{ cmd: `${runnerImage(estate.instance)} ${command}` }] });
  const platform = { os: 'Linux', architecture: process.arch === 'x64' ? 'amd64' : process.arch };
  const encodedTaskContent = Buffer.from(file).toString('base64');
  const request = { type: 'EncodedTaskRunRequest', encodedTaskContent, credentials, platform };
  // The SDK is of an older version, which knows no identity for the registry of the run.
  const { arm } = estate.as('app');
  const { name: runId } = (await arm('POST', `${id}/scheduleRun`, request, '2025-03-01-preview')) as { name: string };
  const { runs } = estate.as('app').registries;
  const run = await eventually(
    async () => {
      const now = await runs.get(GROUP, name, runId);
      return ENDED.includes(now.status ?? '') ? now : undefined;
    },
    RUN_ENDS_WITHIN_MS,
    { everyMs: 100 },
  );
  const { logLink = '' } = await runs.getLogSasUrl(GROUP, name, runId);
  return { message: run.runErrorMessage, log: (await new BlobClient(logLink).downloadToBuffer()).toString() };
}

interface Ended {
  message: string | undefined;
  log: string;
}

it('pulls a candidate, and nothing of base, of the team, or of the public registry', async () => {
  const all: RegistryRole[] = ['quarantine', ...OTHERS];
  const tries = all.map((role) => `(docker pull ${imageIn(role)} && echo PULLED ${role}) || echo REFUSED ${role}`);

  const { log } = await runStep(`sh -c '${tries.join('; ')}'`);

  const said = [...log.matchAll(/^.*?(PULLED|REFUSED) (\w+)\r?$/gm)].map(([, what, role]) => `${what} ${role}`);
  expect(said).toEqual(['PULLED quarantine', 'REFUSED base', 'REFUSED team', 'REFUSED public']);
});

it('pushes nothing to base, to the team, or to the public registry', async () => {
  const tries = OTHERS.map((role) => {
    const target = `${estate.registries[role].host}/${REPOSITORY}:stolen`;
    const push = `docker tag ${imageIn('quarantine')} ${target} && docker push ${target}`;
    return `(${push} && echo PUSHED ${role}) || echo REFUSED ${role}`;
  });

  const { log } = await runStep(`sh -c 'docker pull ${imageIn('quarantine')}; ${tries.join('; ')}'`);

  expect(log).not.toContain('PUSHED');
  for (const role of OTHERS) {
    const { host } = estate.registries[role];
    expect(log).toContain(`REFUSED ${role}`);
    expect(
      estate.cloud.registries.digestOf({ loginServer: host, repository: REPOSITORY, tag: 'stolen' }),
    ).toBeUndefined();
  }
});

it('has a login that no other registry takes', async () => {
  const authorization = basic(estate.cloud.registries.login(estate.registries.quarantine.host));
  const ask = (role: RegistryRole) =>
    fetch(`https://${estate.registries[role].host}/v2/${REPOSITORY}/manifests/${TAG}`, { headers: { authorization } });

  const statuses = await Promise.all(
    (['quarantine', ...OTHERS] as const).map(async (role) => (await ask(role)).status),
  );

  expect(statuses).toEqual([200, 401, 401, 401]);
});

it.each([
  ['the identity of the app', () => identities.app.clientId, 'is of no user-assigned identity of the task'],
  [
    'the identity that container groups pull as',
    () => identities.pull.clientId,
    'is of no user-assigned identity of the task',
  ],
  ['an identity of a task', () => '[system]', 'the task has no system-assigned identity'],
  ['whoever asked for it', () => '[caller]', '[caller]'],
])('logs in to base neither as %s', async (_who, identity, said) => {
  const { host } = estate.registries.base;

  const { message, log } = await runStep(`docker pull ${imageIn('base')}`, {
    credentials: { customRegistries: { [host]: { identity: identity() } } },
  });

  expect(message).toContain(said);
  expect(log).not.toContain(`Setting up the login to registry: ${host}`);
});

it.each([
  ['has no login', {}, ['REFUSED pull', 'REFUSED push']],
  ['may what whoever asked for it may, and no more', { identity: '[caller]' }, ['DONE pull', 'REFUSED push']],
])('in the registry of the team it %s', async (_what, sourceRegistry, expected) => {
  const target = `${estate.registries.team.host}/${REPOSITORY}:stolen`;
  const tries = [
    `(docker pull ${imageIn('team')} && echo DONE pull) || echo REFUSED pull`,
    `(docker tag ${imageIn('team')} ${target} && docker push ${target} && echo DONE push) || echo REFUSED push`,
  ];

  const { log } = await runStep(`sh -c '${tries.join('; ')}'`, { role: 'team', credentials: { sourceRegistry } });

  expect([...log.matchAll(/(DONE|REFUSED) (\w+)\r?$/gm)].map(([, what, it]) => `${what} ${it}`)).toEqual(expected);
});

it('reads no secret of the vault with an identity that it names', async () => {
  const secret = { type: 'Vaultsecret', value: `${gitVaultUrl(estate.instance)}/secrets/git-token` };

  const { message } = await runStep('echo', {
    credentials: {
      customRegistries: { 'example.test': { userName: secret, password: secret, identity: identities.app.clientId } },
    },
  });

  expect(message).toContain('is of no user-assigned identity of the task');
});

it('is nobody to the identity endpoint, Resource Manager, the vaults, the storage accounts and Event Grid', async () => {
  const { arm, vault, events, storageTables, storageQueues, storageBlobs } = estate.instance.ports;
  const addresses = [
    `${identityUrl(estate.instance)}?api-version=2019-08-01&resource=https://vault.azure.net`,
    `https://localhost:${arm}/subscriptions?api-version=2022-12-01`,
    `https://localhost:${vault}/secrets/hello-world-greeting?api-version=7.5`,
    `${gitVaultUrl(estate.instance)}/secrets/git-token?api-version=7.5`,
    `https://localhost:${storageTables}/${storageAccounts.gated}/Tables`,
    `https://localhost:${storageQueues}/${storageAccounts.gated}/?comp=list`,
    `https://localhost:${storageBlobs}/${storageAccounts.gated}/?comp=list`,
    `https://localhost:${storageBlobs}/${storageAccounts.policy}/policy/policy.json`,
  ];
  const script = `
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
    console.log("secrets", Object.keys(process.env).filter((name) => /IDENTITY|AZURE|TOKEN|SECRET/.test(name)).length);
    for (const address of ${JSON.stringify(addresses)}) console.log("asked", (await fetch(address)).status);
    const method = "POST";
    console.log("asked", (await fetch("https://localhost:${events}/${TOPIC}/api/events", { method, body: "[]" })).status);
  `;
  const encoded = Buffer.from(script).toString('base64');

  const { log } = await runStep(
    `sh -c 'echo ${encoded} | base64 -d > ask.mjs && ${process.execPath} --no-warnings ask.mjs'`,
  );

  expect([...log.matchAll(/(?:asked|secrets) (\d+)/g)].map(([, number]) => Number(number))).toEqual([
    0,
    ...Array.from({ length: 9 }, () => 401),
  ]);
});
