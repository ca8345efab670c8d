/** A machine without the Bicep CLI is told how to get it. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BICEP_VERSION, BicepMissing, ensureBicep, findBicep } from '../../../../local/setup/bicep.ts';

const VARIABLES = ['PATH', 'XDG_CACHE_HOME'] as const;
const before = VARIABLES.map((name) => [name, process.env[name]] as const);

let empty: string;
beforeEach(async () => {
  empty = await mkdtemp(join(tmpdir(), 'gated-import-bicep-'));
  for (const name of VARIABLES) process.env[name] = empty;
});
afterEach(async () => {
  for (const [name, value] of before) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  await rm(empty, { recursive: true });
});

test('says which version is missing, and where it is', () => {
  expect(() => findBicep()).toThrow(BicepMissing);
  expect(() => findBicep()).toThrow(
    `The Bicep CLI ${BICEP_VERSION} is needed for the templates in infra/. It is not there.`,
  );
});

test('says that there is no dotnet to get it with', async () => {
  await expect(ensureBicep()).rejects.toThrow('There is no dotnet to get it with. Install the .NET SDK');
});
