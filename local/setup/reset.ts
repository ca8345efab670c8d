/** `npm run reset`: forgets everything that ran here. Removes the containers, networks and images of this folder's systems, and `.local/`. */
import { join } from 'node:path';
import { repositoryRoot } from '../layout.ts';
import { exitWith } from '../processes/exit-with.ts';
import { removeLocal } from '../remove.ts';

const state = join(repositoryRoot, '.local');

try {
  const log = (line: string): void => console.log(line);
  // The demo's first: its directory lies in the other one.
  for (const directory of [join(state, 'demo'), state]) await removeLocal(directory, { log });
  console.log('forgotten: everything starts anew the next time');
} catch (error) {
  exitWith(error);
}
