/** The program itself, as a machine with a managed identity calls it: it signs in for the app's scope, and the app gets the token. */
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { answering } from './served.ts';

const PROGRAM = fileURLToPath(new URL('../../../cli/gated-import.mjs', import.meta.url));
const PROGRAM_WITHIN_MS = 30_000;

test('signs in as the managed identity of the machine', { timeout: PROGRAM_WITHIN_MS }, async () => {
  const wanted: string[] = [];
  const identity = await answering((request, response) => {
    wanted.push(new URL(request.url ?? '', 'http://host').searchParams.get('resource') ?? '');
    const expires_on = String(Math.floor(Date.now() / 1000) + 3600);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ access_token: 'entra-token', expires_on, resource: 'any', token_type: 'Bearer' }));
  });
  const shown: (string | undefined)[] = [];
  const app = await answering((request, response) => {
    shown.push(request.headers.authorization);
    response.writeHead(202, { 'content-type': 'application/json' }).end('{"what":"hold"}');
  });

  const args = ['hold', '--app', app.url, '--scope', 'api://tenant/gated-import', '--reason', 'incident 4711'];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [PROGRAM, ...args], {
    cwd: tmpdir(),
    env: { PATH: process.env['PATH'], IDENTITY_ENDPOINT: identity.url, IDENTITY_HEADER: 'of this machine' },
  });
  await Promise.all([identity.close(), app.close()]);

  expect([stdout, stderr]).toEqual(['asked: everything is held\n', '']);
  expect(wanted).toEqual(['api://tenant/gated-import']);
  expect(shown).toEqual(['Bearer entra-token']);
});
