/** The hooks of azd, with an `az` and a `node` that write down what they are asked. Those in PowerShell say the same, line by line. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { parse } from 'yaml';
import { repositoryRoot } from '../../../local/layout.ts';

const hooks = join(repositoryRoot, 'infra/hooks');
const ENVIRONMENT = {
  AZURE_ENV_NAME: 'dev',
  AZURE_LOCATION: 'westeurope',
  AZURE_SUBSCRIPTION_ID: 'a-subscription',
  AZURE_RESOURCE_GROUP: 'gated-import-dev-rg',
  VAULT_NAME: 'gated-dev',
  POLICY_URL: 'https://policydev.blob.core.windows.net/policy',
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gated-import-hooks-'));
});
afterEach(() => rm(folder, { recursive: true }));

interface Given {
  /** Lines of a shell's `case` on what `az` is asked. */
  answers?: string;
  environment?: Record<string, string>;
  /** Of `node`. */
  exitCode?: number;
}

async function run(hook: string, given: Given = {}) {
  const log = join(folder, 'log');
  const az = `#!/bin/sh
echo "$*" >>'${log}'
case "$*" in
${given.answers ?? ''}
*) ;;
esac
case "$*" in 'deployment sub create'*) echo "with password \${PUBLIC_REGISTRY_PASSWORD:-none}" >>'${log}' ;; esac
`;
  const node = `#!/bin/sh\necho "node $*" >>'${log}'\nexit ${given.exitCode ?? 0}\n`;
  for (const [program, text] of Object.entries({ az, node })) {
    await writeFile(join(folder, program), text);
    await chmod(join(folder, program), 0o755);
  }
  await writeFile(log, '');
  const environment = {
    PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}`,
    ...ENVIRONMENT,
    ...given.environment,
  };
  const { code, said } = await new Promise<{ code: number; said: string }>((resolve) => {
    execFile('sh', [join(hooks, hook)], { env: environment, cwd: repositoryRoot }, (error, _, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, said: stderr }),
    );
  });
  const asked = (await readFile(log, 'utf8')).trim().split('\n').filter(Boolean);
  return { code, said, asked };
}

describe('after the app is deployed', () => {
  it('the second stage is provisioned, in the subscription of the environment', async () => {
    const { code, asked } = await run('postdeploy.sh');

    expect(code).toBe(0);
    expect(asked).toEqual([
      'deployment sub create --name gated-import-subscriptions-dev --location westeurope ' +
        '--parameters infra/subscriptions.bicepparam --output none --subscription a-subscription --only-show-errors',
      'with password none',
    ]);
  });

  it('the login of the public registry is made once, and its password is in no argument', async () => {
    const environment = { PUBLIC_REGISTRY_NAME: 'publicdev' };
    const missing = "'resource show'*) exit 3 ;;\n'acr token credential generate'*) echo pass-word ;;";

    const first = await run('postdeploy.sh', { environment, answers: missing });
    const second = await run('postdeploy.sh', { environment });

    expect(first.asked.at(-1)).toBe('with password pass-word');
    expect(first.asked.slice(0, -1).join('\n')).not.toContain('pass-word');
    expect(second.asked.at(-1)).toBe('with password none');
  });

  it('the policy is uploaded last, and the hook fails when that does', async () => {
    const environment = { POLICY_FOLDER: 'examples/hello-world/policy' };

    const { code, asked } = await run('postdeploy.sh', { environment, exitCode: 1 });

    expect(code).toBe(1);
    expect(asked.at(-1)).toBe(
      'node cli/gated-import.mjs policy push examples/hello-world/policy --to https://policydev.blob.core.windows.net/policy --any --wait',
    );
  });

  it('a policy that is not there yet is said, and is no failure', async () => {
    const { code, said, asked } = await run('postdeploy.sh', { environment: { POLICY_FOLDER: 'nowhere' } });

    expect(code).toBe(0);
    expect(said).toMatch(/No policy was uploaded, because there is no folder "nowhere": azd env set POLICY_FOLDER/);
    expect(asked.filter((line) => line.startsWith('node '))).toEqual([]);
  });

  it('a failure of az fails the hook', async () => {
    expect((await run('postdeploy.sh', { answers: "'deployment'*) exit 4 ;;" })).code).toBe(4);
  });
});

describe('azd down', () => {
  it('is refused while it would delete groups that were there before', async () => {
    const { code, said } = await run('predown.sh', { environment: { KEPT_GROUPS: 'platform-rg' } });

    expect(code).toBe(1);
    expect(said).toContain('platform-rg');
    expect(said).toContain('az group delete --name gated-import-dev-rg');
  });

  it('goes on when all groups are its own', async () => {
    expect(await run('predown.sh')).toMatchObject({ code: 0, said: '' });
  });

  it('takes the roles and the app registration of this environment with it', async () => {
    const answers = "'role definition list'*) printf 'role-1\\nrole-2\\n' ;;\n'ad app list'*) echo app-1 ;;";

    const { asked } = await run('postdown.sh', { answers });

    const deleted = asked.filter((line) => line.includes(' delete '));
    expect(deleted.map((line) => line.replace(/ --(subscription|only).*/, ''))).toEqual([
      'role definition delete --name role-1',
      'role definition delete --name role-2',
      'ad app delete --id app-1',
    ]);
    expect(asked.find((line) => line.startsWith('role definition list'))).toContain("ends_with(roleName, ' (dev)')");
  });
});

describe('azure.yaml', () => {
  it('names hooks that are there, for both shells', async () => {
    const { hooks: named } = parse(await readFile(join(repositoryRoot, 'azure.yaml'), 'utf8')) as {
      hooks: Record<string, { posix: { run: string }; windows: { run: string } }>;
    };

    const files = Object.values(named).flatMap(({ posix, windows }) => [posix.run, windows.run]);
    expect(files.toSorted()).toEqual((await readdir(hooks)).map((file) => `infra/hooks/${file}`).toSorted());
  });

  it('uploads the same policy in both shells', async () => {
    const uploads = async (file: string) =>
      [...(await readFile(join(hooks, file), 'utf8')).matchAll(/^ *node (.+)$/gm)].map(([, args = '']) =>
        args.replaceAll(/"|env:/g, ''),
      );

    expect(await uploads('postdeploy.ps1')).toEqual(await uploads('postdeploy.sh'));
    expect(await uploads('postdeploy.sh')).toHaveLength(1);
  });

  it('asks az for the same in both shells', async () => {
    const verbs = async (file: string) =>
      [...(await readFile(join(hooks, file), 'utf8')).matchAll(/\baz(?:_here)? ((?:[a-z]+ )+)--/g)].map(
        ([, verb]) => verb,
      );

    for (const hook of ['postdeploy', 'predown', 'postdown']) {
      expect(await verbs(`${hook}.ps1`), hook).toEqual(await verbs(`${hook}.sh`));
    }
  });
});
