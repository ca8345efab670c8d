/** What Azure refuses before it makes anything, and no evaluation of the templates notices. */
import { expect, it } from 'vitest';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../../../local/layout.ts';

const template = (path: string): string => readFileSync(join(repositoryRoot, 'infra', path), 'utf8');
const modulesOf = (path: string): string[] => template(path).match(/^module .*?^[}\]]$/gms) ?? [];
/** A module in a loop is one step further in. */
const isNamed = (module: string): boolean => (module.endsWith(']') ? /^ {4}name:/m : /^ {2}name:/m).test(module);

it.each(['main.bicep', 'subscriptions.bicep', 'modules/registry.bicep', 'modules/app-group.bicep'])(
  'the deployments of %s get their names from Bicep, so that those of two environments, also in two regions, never meet',
  (path) => {
    const modules = modulesOf(path);

    expect(modules.length).toBeGreaterThan(0);
    expect(modules.filter(isNamed)).toEqual([]);
  },
);

it('names no registry of the loop beyond those that every system has', () => {
  const text = template('main.bicep');
  const places = /^var places = \[(.+)\]$/m.exec(text)?.[1]?.split(',') ?? [];
  const indices = [...text.matchAll(/\bregistry\[(\d+)\]/g)].map(([, index]) => Number(index));

  expect(indices.length).toBeGreaterThan(0);
  expect(Math.max(...indices)).toBeLessThan(places.length);
});

it('asks a module that may not be there for its outputs only behind the same question, which Azure evaluates in any case', () => {
  const files = ['main.bicep', ...readdirSync(join(repositoryRoot, 'infra/modules')).map((file) => `modules/${file}`)];
  const lines = files.flatMap((file) => template(file).split('\n')).filter((line) => line.includes('!.outputs'));

  expect(lines.length).toBeGreaterThan(0);
  expect(lines.filter((line) => !line.slice(0, line.indexOf('!.outputs')).includes(' ? '))).toEqual([]);
});
