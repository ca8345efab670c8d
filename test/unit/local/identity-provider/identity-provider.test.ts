/** Signing in at the local host: as App Service authentication does it, and never as somebody one is not. */
import { Readable } from 'node:stream';
import { describe, expect, it, test } from 'vitest';
import { callerOf } from '../../../../functions/http/caller.ts';
import { virtualClock } from '../../../../local/clock.ts';
import type { HostRequest } from '../../../../local/host/http/message.ts';
import { identityProvider } from '../../../../local/identity-provider/identity-provider.ts';
import type { People } from '../../../../local/identity-provider/people.ts';
import { issueToken } from '../../../../local/identity-provider/token.ts';
import { firstPeople } from '../../../../local/people.ts';

const SECRET = 'a'.repeat(64);
const HOUR = 3_600_000;
const clock = virtualClock(Date.parse('2026-03-02T10:00:00.000Z'));
const people: People = { secret: SECRET, people: firstPeople };
const [vera, omar, rosa] = firstPeople;
if (!vera || !omar || !rosa) throw new Error('nobody is here');

interface Asked {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  at?: typeof clock;
}

/** What is answered, and the headers that the app was given, if it was reached. */
async function ask(path: string, { method = 'GET', headers = {}, body = '', at = clock }: Asked = {}) {
  const url = new URL(path, 'http://127.0.0.1:7071');
  const request: HostRequest = {
    method,
    url,
    segments: url.pathname.split('/').filter(Boolean),
    headers,
    body: async () => Buffer.from(body),
    stream: Readable.from([]),
  };
  let reached: Record<string, string> | undefined;
  const answer = await identityProvider(people, at)(request, async ({ principal }) => {
    reached = principal ?? {};
    return { status: 200 };
  });
  const text = String(answer.body ?? '');
  return { ...answer, headers: (answer.headers ?? {}) as Record<string, string>, text, reached };
}

const choose = (person: string, back?: string) =>
  ask('/.auth/login/aad', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ person, ...(back ? { post_login_redirect_uri: back } : {}) }).toString(),
  });
const cookieOf = (headers: Record<string, string>): string => headers['set-cookie']?.split(';')[0] ?? '';
const signedInAs = async (person: string) => ({ cookie: cookieOf((await choose(person)).headers) });
const bearer = (oid: string, secret = SECRET) => ({
  authorization: `Bearer ${issueToken({ oid, kind: 'access' }, secret)}`,
});

describe('the page', () => {
  it('names everybody with their roles, and has no script', async () => {
    const { status, text, headers } = await ask('/.auth/login/aad');

    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    for (const { name, roles } of firstPeople) {
      expect(text).toContain(name);
      for (const role of roles) expect(text).toContain(`>${role}</span>`);
    }
    expect(text).not.toContain('<script');
  });

  it('is found at /.auth/login too, and keeps where to go afterwards', async () => {
    const { status, headers } = await ask('/.auth/login?post_login_redirect_uri=/api/gates');

    expect(status).toBe(302);
    expect(headers['location']).toBe('/.auth/login/aad?post_login_redirect_uri=/api/gates');
    expect((await ask(headers['location'] ?? '')).text).toContain('value="/api/gates"');
  });

  it('writes what people are called as text, whatever is in it', async () => {
    const odd = { secret: SECRET, people: [{ ...rosa, name: `<img src=x onerror='a'>` }] };
    const request = {
      method: 'GET',
      url: new URL('http://h/.auth/login/aad'),
      segments: ['.auth', 'login', 'aad'],
      headers: {},
      body: async () => Buffer.of(),
      stream: Readable.from([]),
    };

    const { body } = await identityProvider(odd, clock)(request, async () => ({ status: 200 }));

    expect(String(body)).toContain('&lt;img src=x onerror=&#39;a&#39;&gt;');
    expect(String(body)).not.toContain('<img');
  });
});

describe('whoever chooses a person', () => {
  it('is that person from then on, with their object id, name and roles, as the app reads them', async () => {
    const { reached } = await ask('/api/gates', { headers: await signedInAs(rosa.id) });

    expect(reached).toMatchObject({ 'x-ms-client-principal-id': rosa.id, 'x-ms-client-principal-idp': 'aad' });
    expect(callerOf('entra', reached?.['x-ms-client-principal'] ?? null, 'release-manager')).toEqual({
      id: rosa.id,
      name: 'Rosa Marin',
      roles: ['release-manager'],
    });
  });

  it('gets a cookie that no script reads and no other site sends along', async () => {
    const { status, headers } = await choose(omar.id);

    expect(status).toBe(302);
    expect(headers['set-cookie']).toMatch(
      /^AppServiceAuthSession=\S+; Path=\/; Max-Age=28800; HttpOnly; SameSite=Lax$/,
    );
    expect(headers['location']).toBe('/.auth/login/done');
  });

  test.each([
    ['/api/gates?limit=2', '/api/gates?limit=2'],
    ['https://elsewhere.example/x', '/.auth/login/done'],
    ['//elsewhere.example/x', '/.auth/login/done'],
    ['/\\elsewhere.example', '/.auth/login/done'],
    ['javascript:alert(1)', '/.auth/login/done'],
  ])('and wanted to go to %s is sent to %s', async (wanted, location) => {
    expect((await choose(omar.id, wanted)).headers['location']).toBe(location);
  });

  it('has to be one who is known', async () => {
    const { status, headers } = await choose('6f1c1d0e-0000-4f0e-9a53-0c8a4e2b7a99');

    expect(status).toBe(400);
    expect(headers['set-cookie']).toBeUndefined();
  });

  it('sees who they are at /.auth/me, and until when', async () => {
    const { status, text } = await ask('/.auth/me', { headers: await signedInAs(omar.id) });

    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject([
      {
        provider_name: 'aad',
        user_id: 'omar@example.com',
        expires_on: '2026-03-02T18:00:00.000Z',
        user_claims: expect.arrayContaining([{ typ: 'roles', val: 'operator' }]) as object[],
      },
    ]);
  });

  it('is nobody again after signing out', async () => {
    const { status, headers } = await ask('/.auth/logout', { headers: await signedInAs(omar.id) });

    expect(status).toBe(302);
    expect(headers['location']).toBe('/.auth/logout/complete');
    expect(headers['set-cookie']).toContain('AppServiceAuthSession=; Path=/; Max-Age=0');
    expect((await ask('/.auth/me')).status).toBe(401);
  });

  it('is asked again after eight hours, and not taken for nobody', async () => {
    const headers = await signedInAs(omar.id);
    const later = virtualClock(clock.now() + 8 * HOUR);

    expect((await ask('/api/gates', { headers })).reached).toBeDefined();
    const { status, reached, text } = await ask('/api/gates', { headers, at: later });

    expect(status).toBe(401);
    expect(reached).toBeUndefined();
    expect(JSON.parse(text)).toMatchObject({ title: 'Not signed in' });
  });
});

describe('a program', () => {
  it('shows its token as a bearer', async () => {
    const { reached } = await ask('/api/gates', { headers: bearer(vera.id) });

    expect(callerOf('entra', reached?.['x-ms-client-principal'] ?? null, 'viewer')).toMatchObject({ id: vera.id });
  });

  it('may exchange it for a session, and show that in X-ZUMO-AUTH', async () => {
    const body = JSON.stringify({ access_token: issueToken({ oid: rosa.id, kind: 'access' }, SECRET) });
    const signIn = await ask('/.auth/login/aad', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    const { authenticationToken, user } = JSON.parse(signIn.text) as { authenticationToken: string; user: object };

    expect(user).toEqual({ userId: 'rosa@example.com' });
    const { reached } = await ask('/api/gates', { headers: { 'x-zumo-auth': authenticationToken } });
    expect(reached?.['x-ms-client-principal-id']).toBe(rosa.id);
  });

  it('that shows nothing goes on as nobody: the app decides', async () => {
    expect((await ask('/api/gates')).reached).toEqual({});
  });
});

describe('nobody becomes somebody with', () => {
  const session = (oid: string, secret = SECRET) =>
    issueToken({ oid, kind: 'session', expiresAt: clock.now() + HOUR }, secret);
  const [header = '', , signature = ''] = session(vera.id).split('.');
  const claims = Buffer.from(JSON.stringify({ oid: rosa.id, aud: 'session' })).toString('base64url');
  const none = `${Buffer.from('{"typ":"JWT","alg":"none"}').toString('base64url')}.${claims}.`;

  test.each<[what: string, headers: Record<string, string>]>([
    ['a token of another system', bearer(rosa.id, 'b'.repeat(64))],
    ['a token for who is not known', bearer('6f1c1d0e-0000-4f0e-9a53-0c8a4e2b7a99')],
    ['a session as a bearer token', { authorization: `Bearer ${session(rosa.id)}` }],
    [
      'a bearer token as a session',
      { cookie: `AppServiceAuthSession=${issueToken({ oid: rosa.id, kind: 'access' }, SECRET)}` },
    ],
    ['other claims under the same signature', { cookie: `AppServiceAuthSession=${header}.${claims}.${signature}` }],
    ['an unsigned token', { authorization: `Bearer ${none}` }],
    ['words', { authorization: 'Bearer rosa' }],
    ['an empty cookie', { cookie: 'AppServiceAuthSession=' }],
    [
      'a bad bearer token beside a good cookie',
      { ...bearer(rosa.id, 'b'.repeat(64)), cookie: `AppServiceAuthSession=${session(vera.id)}` },
    ],
  ])('%s', async (_, headers) => {
    const { status, reached } = await ask('/api/gates', { headers });

    expect(status).toBe(401);
    expect(reached).toBeUndefined();
  });
});

it('what is not there under /.auth is not found, and never reaches the app', async () => {
  const { status, reached, text } = await ask('/.auth/refresh');

  expect(status).toBe(404);
  expect(reached).toBeUndefined();
  expect(text).toContain('there are login/aad, me and logout');
});
