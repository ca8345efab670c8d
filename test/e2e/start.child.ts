/** `node start.child.ts <directory>`: starts a system there and says so, or says why not, as `npm start` does; ends at once. */
import { startLocal } from '../../local/local.ts';
import { exitWith } from '../../local/processes/exit-with.ts';

const [directory = ''] = process.argv.slice(2);
try {
  const local = await startLocal({ directory, log: (line) => console.log(line) });
  console.log('started');
  await local.stop();
} catch (error) {
  exitWith(error);
}
