/** One registry in a process of its own, so that a test can kill it: `node registry.child.ts <folder> <port>`. Prints its login as JSON. */
import { join } from 'node:path';
import { createIdentity } from '../../../local/cloud/identity/identity.ts';
import { listen } from '../../../local/cloud/http.ts';
import { createRegistries } from '../../../local/cloud/registry/registries.ts';
import { createRoles } from '../../../local/cloud/roles/roles.ts';
import { openStore } from '../../../local/cloud/store.ts';
import { openTls } from '../../../local/cloud/tls.ts';
import { realClock } from '../../../local/clock.ts';
import { noEngine } from './services.ts';

const [, , directory = '', port = ''] = process.argv;
const tls = await openTls({ folder: join(directory, 'tls') });
const world = {
  config: {
    instance: 'child',
    subscription: '33333333-3333-4333-8333-333333333333',
    tenant: '44444444-4444-4444-8444-444444444444',
    location: 'westeurope',
    ports: { arm: 0, identity: 0, events: 0, blobs: 0 },
    registries: [{ name: 'basereg', resourceGroup: 'registries-rg', port: Number(port) }],
    vaults: [],
    addresses: '127.0.9',
    runnerImage: 'none',
    principals: [],
  },
  directory,
  store: openStore(join(directory, 'cloud.db')),
  clock: realClock,
  engine: noEngine,
  tls,
  log: () => undefined,
};
const registries = createRegistries({
  world,
  identity: createIdentity({ world }),
  roles: createRoles({ world }),
  events: { publish: () => undefined },
});
await listen(registries.dataPlane('basereg'), { port: Number(port), what: 'a test', tls });
process.stdout.write(`${JSON.stringify({ ...registries.login(`localhost:${port}`), caFile: tls.caFile })}\n`);
