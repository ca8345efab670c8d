/**
 * `npm start`: the whole system on this machine, until Ctrl+C. Everything it listens on, and every log, is in `.local/endpoints.json`.
 */
import { join } from 'node:path';
import { layoutOf, repositoryRoot } from './layout.ts';
import { startLocal, type Local } from './local.ts';
import { pageIsUp } from './page.ts';
import { exitWith } from './processes/exit-with.ts';
import { listenForStop } from './processes/signals.ts';
import { ensureFirstBuild } from './provision/first-build.ts';

const log = (line: string): void => console.log(`${new Date().toLocaleTimeString()}  ${line}`);

try {
  const startedAt = performance.now();
  const { asked, orExit } = listenForStop();
  const local = await orExit(startLocal({ directory: join(repositoryRoot, '.local'), ports: 'fixed', log }));
  introduce(local, performance.now() - startedAt);
  await ensureFirstBuild(local.instance, { log });
  const stopping = new AbortController();
  pageIsUp(local, stopping.signal).then(
    (url) => url && log(`the page of hello-world is up: ${url}`),
    (error: unknown) => log(`the page of hello-world cannot be looked at: ${String(error)}`),
  );
  const failure = await Promise.race([asked, local.failed]);
  stopping.abort();
  if (failure) exitWith(failure);
  // Of a failure somebody wants to see what is left.
  console.log(
    failure
      ? 'stopping; the container groups are left running'
      : 'stopping, with the container groups; the next "npm start" brings them back',
  );
  await local.stop({ containers: failure ? 'leave' : 'remove' });
} catch (error) {
  exitWith(error);
}

function introduce({ endpoints, instance }: Local, elapsedMs: number): void {
  const { app, signIn, people, registries, repositories, policy, logs } = endpoints;
  console.log(`
gated-import is up (${(elapsedMs / 1000).toFixed(1)} s). Ctrl+C stops it; "npm run reset" forgets everything.

  app           ${app}/api/gates
  sign in       ${signIn}  as ${people.map(({ name }) => name).join(', ')}
  registries    ${Object.values(registries)
    .map(({ host, name }) => `${host} ${name}`)
    .join(', ')}
  git           ${Object.values(repositories).join('\n                ')}
  policy        ${policy}
  logs          ${Object.values(logs).join('\n                ')}
  all the rest  ${layoutOf(instance.directory).endpoints}

Try: edit the colour in ${repositories['base-image-node']}/Dockerfile and commit it.
Ask: GET ${app}/api/gates/node  where the gate stands, and why a candidate was rejected
     GET ${app}/api/apps        what runs where
     GET ${app}/api/health      whether all is well
`);
}
