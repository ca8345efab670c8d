/** The hooks of azd, in every shell that is here. Where there is no PowerShell, its hooks are compared with those of sh as text, and a title says so. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { repositoryRoot } from '../../../local/layout.ts';
import { hooksFolder, powershellVersion, runHook, sh, shells, type Given, type HookName } from './run-hook.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gated-import-hooks-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Lines of what `az` answers: see `Given`. */
const NO_LOGIN_YET = "'resource show'*) exit 3 ;;\n'acr token credential generate'*) echo pass-word ;;\n";
const LEFT_BEHIND =
  "'role definition list'*) printf 'role-1\\nrole-2\\n' ;;\n'ad app list'*) echo app-1 ;;\n'rest --method get'*) echo kept-1 ;;\n";

describe.each(shells)('run by $name', (shell) => {
  const run = (hook: HookName, given?: Given) => runHook(hook, { shell, folder }, given);

  describe('after the app is deployed', () => {
    it('the second stage is provisioned, in the subscription of the environment', async () => {
      const { code, asked } = await run('postdeploy');

      expect(code).toBe(0);
      expect(asked).toEqual([
        'deployment sub create --name gated-import-subscriptions-dev --location westeurope ' +
          '--parameters infra/subscriptions.bicepparam --output none --subscription a-subscription --only-show-errors',
        'with password none',
      ]);
    });

    it('the login of the public registry is made once, and its password is in no argument', async () => {
      const environment = { PUBLIC_REGISTRY_NAME: 'publicdev' };

      const first = await run('postdeploy', { environment, answers: NO_LOGIN_YET });
      const second = await run('postdeploy', { environment });

      expect(first.asked.at(-1)).toBe('with password pass-word');
      expect(first.asked.slice(0, -1).join('\n')).not.toContain('pass-word');
      expect(second.asked.at(-1)).toBe('with password none');
    });

    it('no other login is made where it could not be seen whether there is one', async () => {
      const environment = { PUBLIC_REGISTRY_NAME: 'publicdev' };

      const { code, said, asked } = await run('postdeploy', {
        ...{ environment, answers: "'resource show'*) echo 'ERROR: (AuthorizationFailed) no right' >&2; exit 1 ;;" },
      });

      expect(code).toBe(1);
      expect(said).toContain('ERROR: (AuthorizationFailed) no right');
      expect(asked).toHaveLength(1);
    });

    it('the policy is uploaded last, and the hook fails when that does', async () => {
      const environment = { POLICY_FOLDER: 'examples/hello-world/policy' };

      const { code, asked } = await run('postdeploy', { environment, exitCode: 1 });

      expect(code).toBe(1);
      expect(asked.at(-1)).toBe(
        'node cli/gated-import.mjs policy push examples/hello-world/policy --to https://policydev.blob.core.windows.net/policy --any --wait',
      );
    });

    it('a policy that is not there yet is said, and is no failure', async () => {
      const { code, said, asked } = await run('postdeploy', { environment: { POLICY_FOLDER: 'nowhere' } });

      expect(code).toBe(0);
      expect(said).toMatch(/No policy was uploaded, because there is no folder "nowhere": azd env set POLICY_FOLDER/);
      expect(asked.filter((line) => line.startsWith('node '))).toEqual([]);
    });

    it('a folder is found by the name it has, whatever a shell could read in that', async () => {
      const named = join(folder, 'policies [1] of $HOME');
      await mkdir(named);

      const { calls } = await run('postdeploy', { environment: { POLICY_FOLDER: named } });

      expect(calls.at(-1)?.slice(0, 5)).toEqual(['node', 'cli/gated-import.mjs', 'policy', 'push', named]);
    });

    it('a failure of az fails the hook, which says what az said', async () => {
      const { code, said, asked } = await run('postdeploy', {
        answers: "'deployment'*) echo 'ERROR: no such region' >&2; exit 4 ;;",
      });

      expect(code).toBe(4);
      expect(said).toContain('ERROR: no such region');
      expect(asked.filter((line) => line.startsWith('deployment'))).toHaveLength(1);
    });

    it('a function that Event Grid does not see yet is asked for again', { timeout: 60_000 }, async () => {
      const seen = join(folder, 'seen');

      const { code, asked } = await run('postdeploy', {
        answers: `'deployment'*) if [ ! -e '${seen}' ]; then touch '${seen}'; echo 'Destination endpoint not found' >&2; exit 1; fi ;;`,
      });

      expect(code).toBe(0);
      expect(asked.filter((line) => line.startsWith('deployment'))).toHaveLength(2);
    });
  });

  describe('azd down', () => {
    it('is refused while it would delete groups that were there before', async () => {
      const { code, said } = await run('predown', { environment: { KEPT_GROUPS: 'platform-rg' } });

      expect(code).toBe(1);
      expect(said).toContain('platform-rg');
      expect(said).toContain('az group delete --name gated-import-dev-rg');
    });

    it('goes on when all groups are its own', async () => {
      expect(await run('predown')).toMatchObject({ code: 0, said: '' });
    });

    it('takes the roles and the app registration of this environment with it', async () => {
      const { asked, calls } = await run('postdown', { answers: LEFT_BEHIND });

      const deleted = asked.filter((line) => line.includes(' delete '));
      expect(deleted.map((line) => line.replace(/ --(subscription|only).*/, ''))).toEqual([
        'role definition delete --name role-1',
        'role definition delete --name role-2',
        'ad app delete --id app-1',
        'rest --method delete --url https://graph.microsoft.com/v1.0/directory/deletedItems/kept-1',
      ]);
      expect(calls.find(([verb]) => verb === 'role')).toContain(
        "[?starts_with(roleName, 'gated-import ') && ends_with(roleName, ' (dev)')].name",
      );
      expect(calls.find(([verb]) => verb === 'ad')).toContain("[?displayName == 'gated-import (dev)'].appId");
    });

    it('takes nothing where nothing is left, and where it could not be read what is', async () => {
      const nothing = await run('postdown');
      const unread = await run('postdown', { answers: "'role definition list'*) echo role-1; exit 4 ;;" });

      expect(nothing.code).toBe(0);
      expect(unread.code).toBe(4);
      expect([...nothing.asked, ...unread.asked].filter((line) => line.includes(' delete '))).toEqual([]);
    });
  });

  // On Windows az is az.cmd. PowerShell puts quotes around what has a space in it, and leaves the rest as it is for cmd.exe to read.
  it('az is asked nothing that cmd.exe would read otherwise', async () => {
    const environment = { PUBLIC_REGISTRY_NAME: 'publicdev' };

    const deployed = await run('postdeploy', { answers: NO_LOGIN_YET, environment });
    const taken = await run('postdown', { answers: LEFT_BEHIND });

    const given = [...deployed.calls, ...taken.calls].flat();
    expect(given.length).toBeGreaterThan(50);
    for (const argument of given) {
      expect(argument).not.toMatch(/["%\n]/);
      if (!argument.includes(' ')) expect(argument).not.toMatch(/[&|<>^()]/);
    }
  });
});

it('azure.yaml names hooks that are there, for both shells', async () => {
  const { hooks: named } = parse(await readFile(join(repositoryRoot, 'azure.yaml'), 'utf8')) as {
    hooks: Record<string, { posix: { run: string }; windows: { run: string } }>;
  };

  const files = Object.values(named).flatMap(({ posix, windows }) => [posix.run, windows.run]);
  expect(files.toSorted()).toEqual((await readdir(hooksFolder)).map((file) => `infra/hooks/${file}`).toSorted());
});

describe.each(shells.filter(({ program }) => program === 'pwsh'))('run by $name', (shell) => {
  const given = {
    environment: { PUBLIC_REGISTRY_NAME: 'publicdev', POLICY_FOLDER: 'examples/hello-world/policy' },
    answers: NO_LOGIN_YET + LEFT_BEHIND,
  };

  it.each(['postdeploy', 'postdown'] as const)('%s asks az and node for the same as by sh', async (hook) => {
    const bySh = await runHook(hook, { shell: sh, folder }, given);
    const byPowershell = await runHook(hook, { shell, folder }, given);

    expect(byPowershell).toEqual(bySh);
    expect(bySh.calls.length).toBeGreaterThan(3);
  });

  it('what PowerShell does at its start for this person changes nothing', async () => {
    const profile = '$PSNativeCommandUseErrorActionPreference = $true\nSet-StrictMode -Version Latest\n';

    const { code, asked } = await runHook('postdeploy', { shell, folder }, { ...given, profile });

    expect(code).toBe(0);
    expect(asked).toContain('with password pass-word');
  });
});

const run =
  powershellVersion === undefined
    ? 'compared as text, because there is no pwsh here'
    : `run (${powershellVersion}), and compared as text`;

describe(`PowerShell: ${run}`, () => {
  it('uploads the same policy as sh', async () => {
    const uploads = async (file: string) =>
      [...(await readFile(join(hooksFolder, file), 'utf8')).matchAll(/^ *node (.+)$/gm)].map(([, args = '']) =>
        args.replaceAll(/"|env:/g, ''),
      );

    expect(await uploads('postdeploy.ps1')).toEqual(await uploads('postdeploy.sh'));
    expect(await uploads('postdeploy.sh')).toHaveLength(1);
  });

  it('asks az for the same as sh', async () => {
    const verbs = async (file: string) =>
      [...(await readFile(join(hooksFolder, file), 'utf8')).matchAll(/\baz(?:_here)? ((?:[a-z]+ )+)--/g)].map(
        ([, verb]) => verb,
      );

    for (const hook of ['postdeploy', 'predown', 'postdown']) {
      expect(await verbs(`${hook}.ps1`), hook).toEqual(await verbs(`${hook}.sh`));
    }
  });

  it('refuses the PowerShell 5.1 of Windows, which azd takes where there is no other, and in which hooks were never run', async () => {
    for (const file of (await readdir(hooksFolder)).filter((name) => name.endsWith('.ps1'))) {
      expect(await readFile(join(hooksFolder, file), 'utf8'), file).toMatch(/^#Requires -Version 7\.4$/m);
    }
  });
});
