/** The pipelines deploy with the rights of their owner: what they run is pinned, and gets no more than it needs. */
import { describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { repositoryRoot } from '../../../local/layout.ts';

const GITHUB = '.github/workflows/azure-dev.yml';
const AZURE = '.azdo/pipelines/azure-dev.yml';
const read = (path: string): string => readFileSync(join(repositoryRoot, path), 'utf8');

interface Job {
  if?: string;
  needs?: string[];
  permissions?: Record<string, string>;
  steps: { uses?: string; run?: string; shell?: string; env?: Record<string, string> }[];
}
const github = parse(read(GITHUB)) as {
  on: Record<string, unknown>;
  permissions: Record<string, string>;
  env: Record<string, string>;
  jobs: Record<'test' | 'hooks' | 'what-if' | 'deploy', Job>;
};

/** Every text under a key, at any depth: a pipeline of Azure nests its steps differently in every kind of job. */
function textsUnder(key: string, value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => textsUnder(key, each));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) =>
    name === key && typeof each === 'string' ? [each] : textsUnder(key, each),
  );
}

describe('on GitHub', () => {
  it('each action is pinned by commit, and says which release that is', () => {
    const uses = read(GITHUB)
      .split('\n')
      .filter((line) => line.includes('uses:'));

    expect(uses.length).toBeGreaterThan(4);
    for (const line of uses) expect(line).toMatch(/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it('the tests get no token for Azure, and what gets one waits for them', () => {
    expect(github.permissions).toEqual({ contents: 'read' });
    for (const job of [github.jobs.test, github.jobs.hooks]) expect(job.permissions).toBeUndefined();
    for (const job of [github.jobs['what-if'], github.jobs.deploy]) {
      expect(job.permissions).toEqual({ contents: 'read', 'id-token': 'write' });
      expect(job.needs).toEqual(['test', 'hooks']);
    }
  });

  it('a pull request is told what it would do, a fork nothing about Azure, and only main is deployed', () => {
    expect(github.on).toEqual({ pull_request: null, push: { branches: ['main'] } });
    expect(github.jobs['what-if'].if).toBe(
      "github.event_name == 'pull_request' && github.event.pull_request.head.repo.full_name == github.repository",
    );
    expect(github.jobs.deploy.if).toBe("github.event_name == 'push'");
  });

  it('signs in to Azure with a federated credential: the git token is the only secret', () => {
    const secrets = [...read(GITHUB).matchAll(/secrets\.(\w+)/g)].map(([, name]) => name);

    expect(secrets).toEqual(['GIT_TOKEN']);
  });
});

describe('on Azure Pipelines', () => {
  const stages = (parse(read(AZURE)) as { stages: { stage: string; condition?: string; dependsOn?: string }[] }).stages;

  it('a pull request is told what it would do, a fork nothing about Azure, and only main is deployed', () => {
    expect(stages.map(({ stage, dependsOn, condition }) => [stage, dependsOn, condition])).toEqual([
      ['test', undefined, undefined],
      [
        'whatIf',
        'test',
        "and(succeeded(), eq(variables['Build.Reason'], 'PullRequest'), ne(variables['System.PullRequest.IsFork'], 'True'))",
      ],
      [
        'deploy',
        'test',
        "and(succeeded(), eq(variables['Build.SourceBranch'], 'refs/heads/main'), ne(variables['Build.Reason'], 'PullRequest'))",
      ],
    ]);
  });

  it('signs in to Azure by a service connection alone', () => {
    expect(new Set(textsUnder('azureSubscription', parse(read(AZURE))))).toEqual(new Set(['gated-import']));
    expect(read(AZURE)).not.toMatch(/AZURE_CLIENT|servicePrincipalKey|addSpnToEnvironment/);
  });
});

// In an image with PowerShell, by PowerShell: without it the hooks would only be compared as text.
const HOOKS = 'node local/setup/run.mjs vitest run --project contract test/contract/infra/hooks.test.ts';

it('both services run the hooks of azd by PowerShell', () => {
  const onGitHub = github.jobs.hooks.steps.filter(({ shell }) => shell === 'pwsh').map(({ run }) => run);

  expect(onGitHub).toEqual([HOOKS]);
  expect(textsUnder('pwsh', parse(read(AZURE)))).toEqual([HOOKS]);
});

describe.each([GITHUB, AZURE])('%s', (path) => {
  const pipeline: unknown = parse(read(path));
  const commands = ['run', 'script', 'pwsh', 'inlineScript'].flatMap((key) => textsUnder(key, pipeline));

  it('runs the tests in a container and the hooks outside of it, asks what would change, and deploys', () => {
    expect(commands.toSorted()).toEqual([
      'az account get-access-token --resource https://storage.azure.com --output none && azd up --no-prompt',
      'az deployment sub what-if --location "$AZURE_LOCATION" --parameters infra/main.bicepparam',
      'azd config set auth.useAzCliAuth true',
      'docker run --rm --privileged --volume "$PWD:/source" --workdir /source node:22-bookworm bash .ci/run',
      HOOKS,
    ]);
  });

  it('sets everything that the parameters read and that has no default', () => {
    const wanted = [...read('infra/main.bicepparam').matchAll(/readEnvironmentVariable\('(\w+)'\)/g)].map(
      ([, name]) => name,
    );

    expect(wanted.length).toBeGreaterThan(0);
    for (const name of wanted) expect(textsUnder(name ?? '', pipeline)).not.toEqual([]);
  });
});
