/** A host that knows people: what a function gets to see of who calls. */
import { expect, test } from 'vitest';
import { issueToken } from '../../../local/identity-provider/token.ts';
import { firstPeople } from '../../../local/people.ts';
import { runHost } from './running-host.ts';

const secret = 'c'.repeat(64);
const [person] = firstPeople;
const bearer = { authorization: `Bearer ${issueToken({ oid: person?.id ?? '', kind: 'access' }, secret)}` };
const forged = { 'x-ms-client-principal-id': 'admin', 'X-MS-Client-Principal-Name': 'admin' };
const principalIn = (body: unknown) =>
  (body as { headers: Record<string, string> }).headers['x-ms-client-principal-id'];

test('an app learns who has signed in, and nothing that a caller says of themselves', async () => {
  const host = await runHost({ people: { secret, people: firstPeople } });

  expect(principalIn((await host.call('/api/echo/me', { headers: { ...bearer, ...forged } })).body)).toBe(person?.id);
  expect(principalIn((await host.call('/api/echo/me', { headers: forged })).body)).toBeUndefined();
});

test('a browser signs in with the form and a cookie, and out again', async () => {
  const host = await runHost({ people: { secret, people: firstPeople } });
  const signedIn = await host.call('/.auth/login/aad', {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ person: person?.id ?? '' }),
  });
  const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? '';

  expect(principalIn((await host.call('/api/echo/me', { headers: { cookie } })).body)).toBe(person?.id);
  expect((await host.call('/.auth/me', { headers: { cookie } })).body).toMatchObject([{ user_id: person?.email }]);
  expect((await host.call('/.auth/me')).status).toBe(401);
});

test('a host that knows nobody has no sign-in', async () => {
  const host = await runHost();

  expect((await host.call('/.auth/login/aad')).status).toBe(404);
});
