/** Run by `identity-storage.test.ts`: the app's way to its ledger, by nothing but environment variables. Prints the row it read back. */
import { TableClient } from '@azure/data-tables';
import { DefaultAzureCredential } from '@azure/identity';

const [endpoint = ''] = process.argv.slice(2);
const table = new TableClient(endpoint, 'gates', new DefaultAzureCredential());
await table.createTable();
await table.createEntity({ partitionKey: 'node', rowKey: 'gate', sequence: 7 });
console.log(JSON.stringify(await table.getEntity('node', 'gate')));
