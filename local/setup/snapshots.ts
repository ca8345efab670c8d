/** `npm run snapshots`: evaluates the examples in `infra/examples/` anew. A test says when they are out of date. */
import { join } from 'node:path';
import { repositoryRoot } from '../layout.ts';
import { examplesIn, takeSnapshot } from './infra.ts';

const infra = join(repositoryRoot, 'infra');
for (const example of await examplesIn(infra)) await takeSnapshot(infra, example);
