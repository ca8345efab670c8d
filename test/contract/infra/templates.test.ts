/** The templates of `infra/`, as the Bicep CLI sees them. What they would create is asserted in test/unit/infra, on the snapshots. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from '../../../local/layout.ts';
import { bicep, examplesIn, takeSnapshot } from '../../../local/setup/infra.ts';

/** Half a minute of work, on a machine that may have other work. */
const LONG = 240_000;
const infra = join(repositoryRoot, 'infra');

/** The CLI writes beside what it reads. */
let copy: string;
beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'gated-import-infra-'));
  await cp(infra, copy, { recursive: true });
});
afterAll(() => rm(copy, { recursive: true }));

test(
  'every template and every example builds and lints without a warning',
  async () => {
    const said = [
      await bicep(copy, ['lint', '--pattern', '**/*.bicep']),
      await bicep(copy, ['lint', '--pattern', 'examples/*.bicepparam']),
    ];

    expect(said).toEqual(['', '']);
  },
  LONG,
);

test(
  'every template and every example is formatted',
  async () => {
    const formatted = await mkdtemp(join(tmpdir(), 'gated-import-infra-'));
    await cp(infra, formatted, { recursive: true });

    await bicep(formatted, ['format', '--pattern', '**/*.bicep']);
    await bicep(formatted, ['format', '--pattern', '**/*.bicepparam']);

    expect(await texts(formatted, isBicep)).toEqual(await texts(infra, isBicep));
    await rm(formatted, { recursive: true });
  },
  LONG,
);

test(
  'the snapshots are what the templates say today (npm run snapshots)',
  async () => {
    for (const example of await examplesIn(copy)) await takeSnapshot(copy, example);

    expect(await texts(copy, isSnapshot)).toEqual(await texts(infra, isSnapshot));
  },
  LONG,
);

test(
  'what azd deploys builds from what azd knows',
  async () => {
    const variables = {
      AZURE_ENV_NAME: 'dev',
      AZURE_LOCATION: 'westeurope',
      GIT_REPOSITORIES: 'https://github.com/contoso',
      GIT_TOKEN: 'a-token',
      AZURE_RESOURCE_GROUP: 'gated-import-dev-rg',
      APP_NAME: 'gated-import-dev',
      STORAGE_NAME: 'gateddev',
      VAULT_NAME: 'gated-dev',
      PUSH_TOPIC_IDS: '/one,/two',
    };

    const main = await bicep(copy, ['build-params', 'main.bicepparam', '--stdout'], variables);
    const events = await bicep(copy, ['build-params', 'subscriptions.bicepparam', '--stdout'], variables);

    expect(parameters(main)['environmentName']).toEqual({ value: 'dev' });
    expect(parameters(events)['topicIds']).toEqual({ value: ['/one', '/two'] });
  },
  LONG,
);

test(
  'a closed walkthrough closes the vault of the git token to all but deployments, and gives it no way from inside',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gated-import-infra-'));
    await cp(infra, folder, { recursive: true });
    const open = await readFile(join(folder, 'examples/walkthrough.bicepparam'), 'utf8');
    await writeFile(join(folder, 'examples/closed.bicepparam'), `${open}\nparam isPrivate = true\n`);

    await takeSnapshot(folder, 'closed');

    const text = await readFile(join(folder, 'examples/closed.snapshot.json'), 'utf8');
    const { predictedResources: all } = JSON.parse(text) as { predictedResources: { type: string; name: string }[] };
    expect(all.find(({ type, name }) => type.endsWith('/vaults') && name.startsWith('gated-git-'))).toMatchObject({
      properties: {
        publicNetworkAccess: 'Disabled',
        networkAcls: { bypass: 'AzureServices', defaultAction: 'Deny' },
        enabledForTemplateDeployment: true,
      },
    });
    const endpoints = all.filter(({ type }) => type === 'Microsoft.Network/privateEndpoints');
    expect(endpoints).toHaveLength(8);
    expect(JSON.stringify(endpoints)).not.toContain('gated-git-');
    await rm(folder, { recursive: true });
  },
  LONG,
);

test('a reader of main.bicep sees the whole system in less than 200 lines', async () => {
  const lines = (await readFile(join(infra, 'main.bicep'), 'utf8')).trimEnd().split('\n');

  expect(lines.length).toBeLessThan(200);
});

const isBicep = (file: string): boolean => /\.bicep(param)?$/.test(file);
const isSnapshot = (file: string): boolean => file.endsWith('.snapshot.json');

async function texts(folder: string, wanted: (file: string) => boolean): Promise<Record<string, string>> {
  const files = (await readdir(folder, { recursive: true })).filter(wanted).toSorted();
  return Object.fromEntries(
    await Promise.all(files.map(async (file) => [file, await readFile(join(folder, file), 'utf8')])),
  ) as Record<string, string>;
}

function parameters(built: string): Record<string, unknown> {
  const { parametersJson } = JSON.parse(built) as { parametersJson: string };
  return (JSON.parse(parametersJson) as { parameters: Record<string, unknown> }).parameters;
}
