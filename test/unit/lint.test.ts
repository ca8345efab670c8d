/** The layers are rules of the linter. Each is proved here by a file that breaks it, and by one beside it that is allowed. */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Case {
  sentence: string;
  file: string;
  code: string;
  /** The rule that speaks; none for code that is allowed. */
  rule?: string;
}

const imports = 'eslint(no-restricted-imports)';
const globals = 'eslint(no-restricted-globals)';
const properties = 'eslint(no-restricted-properties)';

const cases: Case[] = [
  {
    sentence: 'the domain imports no Node module',
    file: 'shared/domain/a/reads.ts',
    code: "import { readFile } from 'node:fs/promises';\nexport const read = readFile;",
    rule: imports,
  },
  {
    sentence: 'the domain imports no Azure library, not even its types',
    file: 'shared/domain/azure.ts',
    code: "import type { TableClient } from '@azure/data-tables';\nexport type T = TableClient;",
    rule: imports,
  },
  {
    sentence: 'the domain imports no port',
    file: 'shared/domain/a/ports.ts',
    code: "import type { Ports } from '../../ports.ts';\nexport type T = Ports;",
    rule: imports,
  },
  {
    sentence: 'the domain imports no adapter, also not dynamically',
    file: 'shared/domain/dynamic.ts',
    code: "export const clients = () => import('../azure/clients.ts');",
    rule: imports,
  },
  {
    sentence: 'the domain reads no clock',
    file: 'shared/domain/clock.ts',
    code: 'export const now = () => Date.now();',
    rule: properties,
  },
  {
    sentence: 'the domain rolls no dice',
    file: 'shared/domain/dice.ts',
    code: 'export const roll = () => Math.random();',
    rule: properties,
  },
  {
    sentence: 'the domain reads no environment',
    file: 'shared/domain/environment.ts',
    code: 'export const home = () => globalThis.process.env;',
    rule: globals,
  },
  {
    sentence: 'the domain may import zod, yaml and itself',
    file: 'shared/domain/a/fine.ts',
    code: "import { parse } from 'yaml';\nimport { z } from 'zod';\nimport { host } from '../reference.ts';\nexport const fine = { parse, z, host };",
  },
  {
    sentence: 'the ledger imports no Azure library',
    file: 'shared/ledger/azure.ts',
    code: "import { TableClient } from '@azure/data-tables';\nexport const T = TableClient;",
    rule: imports,
  },
  {
    sentence: 'what seals and opens records imports no Azure library',
    file: 'shared/record/azure.ts',
    code: "import { KeyClient } from '@azure/keyvault-keys';\nexport const K = KeyClient;",
    rule: imports,
  },
  {
    sentence: 'the command line imports no function',
    file: 'cli/commands/function.ts',
    code: "export { activities } from '../../functions/activities/activities.ts';",
    rule: imports,
  },
  {
    sentence: 'the command line imports no client of Azure',
    file: 'cli/azure.ts',
    code: "import { KeyClient } from '@azure/keyvault-keys';\nexport const K = KeyClient;",
    rule: imports,
  },
  {
    sentence: 'a command reads no environment',
    file: 'cli/commands/environment.ts',
    code: 'export const home = () => process.env;',
    rule: globals,
  },
  {
    sentence: 'the command line may import the domain, and what reads registries and records',
    file: 'cli/commands/fine.ts',
    code: "import { host } from '../../shared/domain/reference.ts';\nimport { ociUpstreams } from '../../shared/oci/upstreams.ts';\nimport { open } from '../../shared/record/bundle.ts';\nexport const fine = { host, ociUpstreams, open };",
  },
  {
    sentence: 'verifying signatures reads no file',
    file: 'shared/signatures/reads.ts',
    code: "import { readFile } from 'node:fs/promises';\nexport const read = readFile;",
    rule: imports,
  },
  {
    sentence: 'verifying signatures asks no registry',
    file: 'shared/signatures/ports.ts',
    code: "import type { Ports } from '../ports.ts';\nexport type T = Ports;",
    rule: imports,
  },
  {
    sentence: 'verifying signatures may use cryptography',
    file: 'shared/signatures/fine.ts',
    code: "import { verify } from 'node:crypto';\nexport const fine = verify;",
  },
  {
    sentence: 'an adapter imports no story',
    file: 'shared/azure/story.ts',
    code: "export { runGate } from '../../orchestrations/run-gate.ts';",
    rule: imports,
  },
  {
    sentence: 'an adapter reads no environment',
    file: 'shared/azure/environment.ts',
    code: 'export const id = () => process.env;',
    rule: globals,
  },
  {
    sentence: 'a story imports no Node module',
    file: 'orchestrations/node.ts',
    code: "import { setTimeout } from 'node:timers/promises';\nexport const wait = setTimeout;",
    rule: imports,
  },
  {
    sentence: 'a story imports of durable-functions only RetryOptions',
    file: 'orchestrations/client.ts',
    code: "import { getClient } from 'durable-functions';\nexport const client = getClient;",
    rule: imports,
  },
  {
    sentence: 'a story imports no port',
    file: 'orchestrations/ports.ts',
    code: "import type { Ports } from '../shared/ports.ts';\nexport type T = Ports;",
    rule: imports,
  },
  {
    sentence: 'a story imports no activity',
    file: 'orchestrations/activity.ts',
    code: "export { lookAtGate } from '../functions/activities/gate/look-at-gate.ts';",
    rule: imports,
  },
  {
    sentence: 'a story reads no clock',
    file: 'orchestrations/clock.ts',
    code: 'export const now = () => new Date();',
    rule: globals,
  },
  {
    sentence: 'a story sets no timer of its own',
    file: 'orchestrations/timer.ts',
    code: 'export const later = (work: () => void) => setTimeout(work, 10);',
    rule: globals,
  },
  {
    sentence: 'a story writes to no console',
    file: 'orchestrations/console.ts',
    code: "export const say = () => console.log('again at every replay');",
    rule: globals,
  },
  {
    sentence: 'a story may import RetryOptions, zod, the domain and other stories',
    file: 'orchestrations/fine.ts',
    code: "import { RetryOptions } from 'durable-functions';\nimport { z } from 'zod';\nimport { host } from '../shared/domain/reference.ts';\nimport { sleep } from './sleep.ts';\nexport const fine = { RetryOptions, z, host, sleep };",
  },
  {
    sentence: 'an activity imports no adapter',
    file: 'functions/activities/adapter.ts',
    code: "export { createClients } from '../../shared/azure/clients.ts';",
    rule: imports,
  },
  {
    sentence: 'an activity imports no Azure library',
    file: 'functions/activities/azure.ts',
    code: "import { SecretClient } from '@azure/keyvault-secrets';\nexport const C = SecretClient;",
    rule: imports,
  },
  {
    sentence: 'a trigger reads no environment',
    file: 'functions/triggers/environment.ts',
    code: 'export const id = () => process.env;',
    rule: globals,
  },
  {
    sentence: 'the composition root may read the environment',
    file: 'functions/index.ts',
    code: 'export const id = () => process.env;',
  },
  {
    sentence: 'nothing that ships imports the local runtime',
    file: 'functions/triggers/local.ts',
    code: "export { realClock } from '../../local/clock.ts';",
    rule: imports,
  },
  {
    sentence: 'nothing that ships imports a test',
    file: 'shared/tests.ts',
    code: "export { fakePorts } from '../test/fakes/ports.ts';",
    rule: imports,
  },
  {
    sentence: 'the local runtime imports no function of the app',
    file: 'local/app.ts',
    code: "export const app = () => import('../functions/index.ts');",
    rule: imports,
  },
  {
    sentence: 'the host knows nothing of how this product is started',
    file: 'local/host/product.ts',
    code: "export { startLocal } from '../local.ts';",
    rule: imports,
  },
  {
    sentence: 'the emulated Azure may parse references',
    file: 'local/cloud/fine.ts',
    code: "export { host } from '../../shared/domain/reference.ts';",
  },
  {
    sentence: 'a promise is not left floating',
    file: 'local/floating.ts',
    code: 'export const go = (work: () => Promise<void>) => { work(); };',
    rule: 'typescript(no-floating-promises)',
  },
  {
    sentence: 'a switch over a union names every kind',
    file: 'local/switch.ts',
    code: "export const name = (kind: 'a' | 'b') => { switch (kind) { case 'a': return 1; } return 2; };",
    rule: 'typescript(switch-exhaustiveness-check)',
  },
  {
    sentence: 'there is no any',
    file: 'local/any.ts',
    code: 'export const name = (thing: any) => String(thing);',
    rule: 'typescript(no-explicit-any)',
  },
  {
    sentence: 'files import each other in no circle',
    file: 'local/circle.ts',
    code: "import { other } from './other.ts';\nexport const one = () => other;",
    rule: 'import(no-cycle)',
  },
];

/** What the cases import. */
const surroundings: Record<string, string> = {
  'shared/ports.ts': 'export interface Ports { name: string }',
  'shared/domain/reference.ts': "export const host = 'localhost';",
  'shared/azure/clients.ts': 'export const createClients = () => undefined;',
  'orchestrations/sleep.ts': 'export const sleep = 1;',
  'orchestrations/run-gate.ts': 'export const runGate = 1;',
  'functions/activities/gate/look-at-gate.ts': 'export const lookAtGate = 1;',
  'test/fakes/ports.ts': 'export const fakePorts = 1;',
  'local/clock.ts': 'export const realClock = 1;',
  'local/local.ts': 'export const startLocal = 1;',
  'local/other.ts': "import { one } from './circle.ts';\nexport const other = () => one;",
};

let folder: string;
let found: { filename: string; code: string }[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gated-import-lint-'));
  for (const name of ['.oxlintrc.json', 'tsconfig.json', 'package.json'])
    await cp(join(root, name), join(folder, name));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  const files = { ...surroundings, ...Object.fromEntries(cases.map(({ file, code }) => [file, code])) };
  for (const [file, code] of Object.entries(files)) {
    await mkdir(join(folder, dirname(file)), { recursive: true });
    await writeFile(join(folder, file), `${code}\n`);
  }
  found = await lint();
});

afterAll(() => rm(folder, { recursive: true }));

test.each(cases)('$sentence', ({ file, rule }) => {
  const rules = found.filter(({ filename }) => filename === file).map(({ code }) => code);

  if (rule === undefined) expect(rules).toEqual([]);
  else expect(rules).toContain(rule);
});

/** The linter ends with an error, since there is something to find. */
function lint(): Promise<{ filename: string; code: string }[]> {
  const oxlint = join(root, 'node_modules', '.bin', 'oxlint');
  return new Promise((resolve, reject) => {
    execFile(oxlint, ['--type-aware', '--format=json'], { cwd: folder }, (error, stdout) => {
      if (error?.code !== 1)
        return reject(new Error(`oxlint found nothing or did not run: ${stdout}`, { cause: error }));
      resolve((JSON.parse(stdout) as { diagnostics: { filename: string; code: string }[] }).diagnostics);
    });
  });
}
