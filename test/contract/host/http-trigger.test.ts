import { request } from 'node:http';
import { expect, test } from 'vitest';
import { runHost } from './running-host.ts';

test('passes parameters, query and headers on, and answers status, headers and cookies', async () => {
  const host = await runHost();

  const { status, headers, body } = await host.call('/api/ECHO/W%C3%B6rd?a=1&a=2&b=x%20y', {
    headers: { 'x-mine': 'yes' },
  });

  expect(status).toBe(201);
  expect(headers.get('x-echo')).toBe('yes');
  expect(headers.getSetCookie()).toEqual(['crumb=a%20b; Path=/; HttpOnly; SameSite=strict']);
  expect(body).toMatchObject({ params: { word: 'Wörd' }, query: { a: '1,2', b: 'x y' }, headers: { 'x-mine': 'yes' } });
});

test('never lets a client principal in from outside', async () => {
  const host = await runHost();
  const forged = [
    'x-ms-client-principal',
    'X-MS-CLIENT-PRINCIPAL-ID',
    'x-ms-client-principal-name',
    'x-ms-client-principal-idp',
  ];

  const { body } = await host.call('/api/echo/me', {
    headers: Object.fromEntries(forged.map((name) => [name, 'admin'])),
  });

  const seen = Object.keys((body as { headers: object }).headers);
  expect(seen).toContain('host');
  expect(seen.filter((name) => name.includes('principal'))).toEqual([]);
});

test.each([
  ['a literal before a parameter', 'GET', '/api/echo/literal', 200, 'literal'],
  [
    'a parameter that may be missing',
    'GET',
    '/api/echo/a/b',
    201,
    expect.objectContaining({ params: { word: 'a', rest: 'b' } }),
  ],
  ['all that is left', 'GET', '/api/files/a/b/c.txt', 200, { path: 'a/b/c.txt' }],
  ['nothing for a path without a route', 'GET', '/api/unknown', 404, ''],
  ['nothing outside of the prefix', 'GET', '/echo/a', 404, ''],
  ['nothing for a method that the route lacks', 'DELETE', '/api/echo/a', 405, ''],
  ['no content when the function answers nothing', 'GET', '/api/nothing', 204, ''],
  ['a refusal of broken percent-encoding', 'GET', '/api/echo/%E0%A4%A', 400, 'the path is not valid percent-encoding'],
])('answers %s', async (_what, method, path, status, body) => {
  const host = await runHost();

  expect(await host.call(path, { method })).toMatchObject({ status, body });
});

test('names the allowed methods when it refuses one', async () => {
  const host = await runHost();

  const { headers } = await host.call('/api/echo/a', { method: 'PUT' });

  expect(headers.get('allow')).toBe('GET, POST');
});

test('answers an empty 500 for a handler that throws, and logs what was thrown', async () => {
  const host = await runHost();

  const answer = await host.call('/api/explode');

  expect(answer).toMatchObject({ status: 500, body: '' });
  expect(host.log).toContainEqual(
    expect.objectContaining({
      level: 'error',
      functionName: 'explode',
      message: expect.stringContaining('the handler is broken') as string,
    }),
  );
});

test('takes a body of 10 MB and refuses one byte more', async () => {
  const host = await runHost();
  const post = (size: number) => host.call('/api/echo/big', { method: 'POST', body: 'x'.repeat(size) });

  const [fits, tooLarge] = [await post(10 * 1024 * 1024), await post(10 * 1024 * 1024 + 1)];

  expect(fits).toMatchObject({ status: 201, body: { size: 10 * 1024 * 1024 } });
  expect(tooLarge.status).toBe(413);
});

test('listens on the loopback address only', async () => {
  const host = await runHost();

  const address = await new Promise((resolve, reject) => {
    const call = request(`${host.url}/admin/host/status`, (response) => {
      resolve(response.socket.remoteAddress);
      response.resume();
    });
    call.on('error', reject).end();
  });

  expect(address).toBe('127.0.0.1');
});

test('logs the start and the end of a function, and what it logged itself', async () => {
  const host = await runHost();

  await host.call('/api/echo/word');

  expect(host.log.filter(({ functionName }) => functionName === 'echo').map(({ message }) => message)).toEqual([
    'started GET /api/echo/word',
    'echo of word',
    'ok after 0 ms GET /api/echo/word',
  ]);
});

test('runs an app that is a CommonJS module, at the root when the prefix is empty', async () => {
  const host = await runHost({ app: 'commonjs' });

  expect(await host.call('/hello')).toMatchObject({ status: 200, body: { from: 'commonjs' } });
  host.durable.start('tiny', 'tiny-1', { n: 21 });
  await host.settle();

  expect(host.durable.status('tiny-1')).toMatchObject({ runtimeStatus: 'Completed', output: { n: 42 } });
});
