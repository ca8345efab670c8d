/** What the linter forbids in `shared` and in the command line: each layer looks only downward. */
import { globals, imports, properties, proves } from './proves.ts';

proves([
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
    sentence: 'the domain imports no single port either',
    file: 'shared/domain/a/port.ts',
    code: "import type { Ledger } from '../../ports/ledger.ts';\nexport type T = Ledger;",
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
    sentence: 'a port imports no Azure library',
    file: 'shared/ports/azure.ts',
    code: "import { TableClient } from '@azure/data-tables';\nexport const T = TableClient;",
    rule: imports,
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
    sentence: 'verifying signatures knows no single port either',
    file: 'shared/signatures/port.ts',
    code: "import type { Ledger } from '../ports/ledger.ts';\nexport type T = Ledger;",
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
]);
