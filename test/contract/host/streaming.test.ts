import { request } from 'node:http';
import { expect, test } from 'vitest';
import { issueToken } from '../../../local/identity-provider/token.ts';
import { firstPeople } from '../../../local/people.ts';
import { runHost } from './running-host.ts';

test('answers the beginning of a body before its end has come in', async () => {
  const host = await runHost({ app: 'streaming' });
  const pieces: string[] = [];
  const sent = request(`${host.url}/api/shout/anna`, { method: 'POST' });

  const answered = new Promise<{ status: number; who: unknown; cookies: string[] }>((resolve, reject) => {
    sent.on('error', reject).on('response', (response) => {
      response.on('data', (chunk: Buffer) => {
        pieces.push(chunk.toString());
        if (pieces.length === 1) sent.end('second');
      });
      const { statusCode = 0, headers } = response;
      response.on('end', () =>
        resolve({ status: statusCode, who: headers['x-who'], cookies: headers['set-cookie'] ?? [] }),
      );
    });
  });
  // Without streaming, the first answer would wait for the end, which waits for the first answer.
  sent.write('first');

  expect(await answered).toEqual({ status: 201, who: 'anna', cookies: ['crumb=yes'] });
  expect(pieces).toEqual(['FIRST', 'SECOND']);
});

test('takes a body that is larger than what it would hold in memory', async () => {
  const host = await runHost({ app: 'streaming' });
  const size = 12 * 1024 * 1024;

  const { status, body } = await host.call('/api/size', { method: 'POST', body: Buffer.alloc(size) });

  expect(status).toBe(200);
  expect(body).toEqual({ size });
});

test('passes address, query and headers on, but never a client principal', async () => {
  const host = await runHost({ app: 'streaming' });

  const { body } = await host.call('/api/echo?a=1&b=x%20y', {
    headers: { 'x-mine': 'yes', 'x-ms-client-principal-id': 'admin' },
  });

  const { headers, ...rest } = body as { headers: Record<string, string> };
  expect(rest).toEqual({
    url: `${host.url}/api/echo?a=1&b=x%20y`,
    query: { a: '1', b: 'x y' },
    // As under Azure: parameters of the query are among those of the route.
    params: { a: '1', b: 'x y' },
  });
  expect(headers).toMatchObject({ 'x-mine': 'yes' });
  expect(Object.keys(headers).filter((name) => name.startsWith('x-ms-'))).toEqual([]);
});

test('passes on who has signed in', async () => {
  const [person] = firstPeople;
  const secret = 's'.repeat(64);
  const host = await runHost({ app: 'streaming', people: { secret, people: firstPeople } });
  const token = issueToken({ oid: person?.id ?? '', kind: 'access' }, secret);

  const { body } = await host.call('/api/echo', {
    headers: { authorization: `Bearer ${token}`, 'x-ms-client-principal-id': 'admin' },
  });

  expect((body as { headers: object }).headers).toMatchObject({ 'x-ms-client-principal-id': person?.id });
});

test.each([
  ['a handler without an answer', 'nothing', 204],
  ['a handler that throws', 'explode', 500],
])('ends the request of %s', async (_what, route, status) => {
  const host = await runHost({ app: 'streaming' });

  expect(await host.call(`/api/${route}`, { method: 'POST', body: 'text' })).toMatchObject({ status, body: '' });
});

test('breaks the connection off when an answer fails half way', async () => {
  const host = await runHost({ app: 'streaming' });

  const response = await fetch(`${host.url}/api/half`);

  expect(response.status).toBe(200);
  await expect(response.text()).rejects.toThrow('terminated');
});
