/** People on the whole system: a gate asks, one of the people of the local sign-in approves, and what was waiting goes on. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { missing } from '../../local/demo/until.ts';
import { GATE } from '../../local/demo/walkthrough.ts';
import { startSystem, whileAway, type System } from './system.ts';

let system: System;
/** The local system is in `.local` below it, where the command line looks for it. */
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gated-import-e2e-'));
  system = await startSystem({ directory: join(folder, '.local') });
  const file = join(system.local.endpoints.policy, 'gates.yaml');
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace('    # approval: {', '    approval: {'));
});
afterAll(async () => {
  await system?.destroy();
  await rm(folder, { recursive: true, force: true });
});

const as = (name: string): Record<string, string> => {
  const person = system.local.endpoints.people.find((one) => one.name === name);
  if (!person) throw new Error(`${name} is not here`);
  return { authorization: `Bearer ${person.token}` };
};
const ask = (path: string, init: RequestInit = {}) => fetch(`${system.local.endpoints.app}/api/${path}`, init);
const decide = (digest: string, headers: Record<string, string>) =>
  ask(`gates/${GATE}/candidates/${digest}/approvals`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ decision: 'approve', reason: 'read the log' }),
  });
const program = fileURLToPath(new URL('../../cli/gated-import.mjs', import.meta.url));
/** What it says; rejects with `code` and `stderr` when it does not end with 0. */
const gatedImport = async (args: string[]): Promise<string> =>
  (await promisify(execFile)(process.execPath, [program, ...args], { cwd: folder })).stdout;

test('a candidate waits for a release manager, is approved by one, and is promoted', async () => {
  const digest = await system.pushUpstream('green');
  await system.wait(
    'the gate waits for approval',
    whileAway(async () => {
      const { next } = await system.gate();
      return next.why.includes('approval by people with the role release-manager: 0 of 1 given') ? true : missing(next);
    }),
    { withinSeconds: 60 },
  );

  expect((await decide(digest, {})).status).toBe(403);
  expect((await decide(digest, as('Omar Haddad'))).status).toBe(403);
  expect((await decide(digest, { authorization: 'Bearer rosa' })).status).toBe(401);
  expect(await gatedImport(['explain', GATE, digest])).toContain(`gated-import approve ${GATE} ${digest} --about `);
  expect(await gatedImport(['what-if', system.local.endpoints.policy])).toContain('0 would be decided otherwise');
  await gatedImport(['approve', GATE, digest, '--reason', 'read the log', '--as', 'Rosa Marin']);

  await system.settled(digest, 'promoted');
  await system.stable(digest);
  const { entries } = (await (await ask('journal?what=approve')).json()) as { entries: object[] };
  expect(entries).toMatchObject([{ name: 'Rosa Marin', subject: GATE, why: 'read the log' }]);
});

test('a browser that signs in is that person for the app', async () => {
  const { app, signIn, people } = system.local.endpoints;
  const vera = people.find(({ name }) => name === 'Vera Lind');
  const body = new URLSearchParams({ person: vera?.id ?? '' });
  const signedIn = await fetch(signIn, { method: 'POST', redirect: 'manual', body });
  const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? '';

  const me = (await (await fetch(`${app}/.auth/me`, { headers: { cookie } })).json()) as object[];
  const hold = await ask('hold', { method: 'PUT', headers: { cookie }, body: JSON.stringify({ reason: 'because' }) });

  expect(me).toMatchObject([{ user_id: 'vera@example.com' }]);
  expect((await ask('gates', { headers: { cookie } })).status).toBe(200);
  expect(hold.status).toBe(403);
});
