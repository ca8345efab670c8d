/**
 * What tools deploy: azd the package that `npm run build` makes (`test/e2e/package.test.ts` has it made), and any other one, when it publishes the
 * repository as it is, the app alone.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { parse } from 'yaml';
import { repositoryRoot } from '../../../local/layout.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'publishing-'));
  return () => rmSync(folder, { recursive: true });
});

const read = (file: string): string => readFileSync(join(repositoryRoot, file), 'utf8');

/** Of these names in the root of a folder with that `.funcignore`, which has the syntax of `.gitignore`. */
function leftOut(names: string[]): string[] {
  execFileSync('git', ['init', '--quiet', folder]);
  copyFileSync(join(repositoryRoot, '.funcignore'), join(folder, '.gitignore'));
  const { stdout, status } = spawnSync('git', ['-C', folder, 'check-ignore', '--stdin'], { input: names.join('\n') });
  expect(status).toBe(0);
  return stdout.toString().trim().split('\n');
}

it('azd deploys the folder of the package, and leaves nothing to be built in Azure', () => {
  const { services } = parse(read('azure.yaml')) as { services: { app: object } };

  expect(services.app).toMatchObject({
    host: 'function',
    language: 'ts',
    project: '.',
    dist: 'dist',
    remoteBuild: false,
  });
  expect(leftOut(['node_modules', 'dist'])).toEqual(['dist']);
});

it('the repository, published as it is, is the app, and nothing that tests it or runs it here', () => {
  const names = readdirSync(repositoryRoot);

  const ignored = leftOut(names);

  expect(names.filter((name) => !ignored.includes(name) && name !== 'node_modules').toSorted()).toEqual(
    ['LICENSE', 'functions', 'host.json', 'orchestrations', 'package-lock.json', 'package.json', 'shared'].toSorted(),
  );
});
