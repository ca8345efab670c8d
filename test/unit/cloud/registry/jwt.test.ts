import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTokens } from '../../../../local/cloud/registry/jwt.ts';
import { openStore, type Store } from '../../../../local/cloud/store.ts';
import { virtualClock } from '../../../../local/clock.ts';

const MINUTE_MS = 60_000;
const clock = virtualClock(Date.UTC(2030, 0, 1));
let folder: string;
let store: Store;

const tokensOf = (loginServer: string, state = store) =>
  createTokens({ world: { store: state, clock }, tenant: 'the-tenant', loginServer });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gated-import-jwt-'));
  store = openStore(join(folder, 'cloud.db'));
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

test('an access token ends after 75 minutes, a refresh token after three hours', () => {
  const tokens = tokensOf('localhost:5001');
  const grants = [{ type: 'repository', name: 'node', actions: ['pull'] }];
  const access = tokens.access('someone', grants);
  const refresh = tokens.refresh('someone', ['repositories/*/content/read']);

  clock.advance(74 * MINUTE_MS);
  const before = [tokens.readAccess(access), tokens.readRefresh(refresh)];
  clock.advance(2 * MINUTE_MS);
  const between = [tokens.readAccess(access), tokens.readRefresh(refresh)];
  clock.advance(105 * MINUTE_MS);
  const after = [tokens.readAccess(access), tokens.readRefresh(refresh)];

  const rights = { subject: 'someone', rights: ['repositories/*/content/read'] };
  expect(before).toEqual([{ subject: 'someone', grants }, rights]);
  expect(between).toEqual([undefined, rights]);
  expect(after).toEqual([undefined, undefined]);
});

test('neither kind of token passes for the other, nor in another registry', () => {
  const tokens = tokensOf('localhost:5001');
  const access = tokens.access('someone', []);
  const refresh = tokens.refresh('someone', []);

  expect(tokens.readAccess(refresh)).toBeUndefined();
  expect(tokens.readRefresh(access)).toBeUndefined();
  expect(tokensOf('localhost:5002').readRefresh(refresh)).toBeUndefined();
});

test('a token outlives a restart, and nobody can change it', () => {
  const token = tokensOf('localhost:5001').refresh('someone', []);
  const [head, claims, signature] = token.split('.');
  const forged = Buffer.from(
    JSON.stringify({ ...(JSON.parse(Buffer.from(claims ?? '', 'base64url').toString()) as object), sub: 'root' }),
  ).toString('base64url');
  const again = openStore(join(folder, 'cloud.db'));

  const read = tokensOf('localhost:5001', again).readRefresh(token);
  const readForged = tokensOf('localhost:5001', again).readRefresh(`${head}.${forged}.${signature}`);
  again.close();

  expect(read?.subject).toBe('someone');
  expect(readForged).toBeUndefined();
});

test.each(['', '.', 'a.b.c', 'no dots at all'])('"%s" is no token', (text) => {
  expect(tokensOf('localhost:5001').readAccess(text)).toBeUndefined();
});
