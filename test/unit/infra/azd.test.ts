/** What azd runs when: the second stage after the app, the question before it deletes anything, and what lies in no group after that. */
import { expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { repositoryRoot } from '../../../local/layout.ts';

const { infra, hooks } = parse(readFileSync(join(repositoryRoot, 'azure.yaml'), 'utf8')) as {
  infra: Record<string, string>;
  hooks: Record<string, Record<'posix' | 'windows', { shell: string; run: string }>>;
};

it('provisions main.bicep, with the parameters beside it', () => {
  expect(infra).toEqual({ provider: 'bicep', path: 'infra', module: 'main' });
});

it('has each hook at its time, in both shells', () => {
  expect(Object.keys(hooks)).toEqual(['postdeploy', 'predown', 'postdown']);
  for (const [when, { posix, windows }] of Object.entries(hooks)) {
    expect(posix).toEqual({ shell: 'sh', run: `infra/hooks/${when}.sh` });
    expect(windows).toEqual({ shell: 'pwsh', run: `infra/hooks/${when}.ps1` });
  }
});

it('takes parameters of which each says what follows from it, and two have to be set', () => {
  const lines = readFileSync(join(repositoryRoot, 'infra/main.bicep'), 'utf8').split('\n');
  const parameters = lines.flatMap((line, index) => (line.startsWith('param ') ? [index] : []));
  // Decorators stand between a parameter and the empty line before it.
  const described = parameters.map((at) => lines.slice(lines.lastIndexOf('', at), at).join('\n'));

  expect(described.filter((above) => !/@description\('(Required|Optional)\. .{20,}'\)/.test(above))).toEqual([]);
  expect(described.filter((above) => above.includes(`@description('Required.`))).toHaveLength(2);
});
