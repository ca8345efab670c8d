/** What the linter forbids in stories, functions and the local runtime, and everywhere. */
import { globals, imports, proves } from './proves.ts';

proves([
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
    sentence: 'a story imports no single port either',
    file: 'orchestrations/port.ts',
    code: "import type { Ledger } from '../shared/ports/ledger.ts';\nexport type T = Ledger;",
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
    sentence: 'the local runtime imports no port of the app',
    file: 'local/port.ts',
    code: "import type { Ledger } from '../shared/ports/ledger.ts';\nexport type T = Ledger;",
    rule: imports,
  },
  {
    sentence: 'the host knows nothing of how this product is started',
    file: 'local/host/product.ts',
    code: "export { startLocal } from '../local.ts';",
    rule: imports,
  },
  {
    sentence: 'the host imports no port of the app',
    file: 'local/host/port.ts',
    code: "import type { Ledger } from '../../shared/ports/ledger.ts';\nexport type T = Ledger;",
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
]);
