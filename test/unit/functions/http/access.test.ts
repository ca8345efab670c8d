/** Who may call what, of every endpoint there is; and that every write is in the journal, with who and why. */
import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { ACCESS, type EndpointName } from '../../../../functions/http/access.ts';
import { endpoints } from '../../../../functions/http/endpoints/all.ts';
import { describeApi } from '../../../../functions/http/openapi.ts';
import { mayAct, ROLES } from '../../../../shared/domain/roles.ts';
import { EVERYTHING } from '../../../../shared/ledger/hold-book.ts';
import { deliver, outboxOf } from '../../../../shared/ledger/outbox.ts';
import { dayOf, readJournal } from '../../../../shared/ledger/journal-book.ts';
import type { FunctionWorld } from '../world.ts';
import { call, principal } from './call.ts';
import { REQUESTS, WHY, worldForAll } from './routes-for-roles.ts';

const as = (...roles: string[]) => ({
  authMode: 'entra' as const,
  headers: principal(roles, { id: 'oid-7', name: 'Ada' }),
});

it('the table names every endpoint and no other', () => {
  expect(Object.keys(ACCESS).toSorted()).toEqual(endpoints.map(({ name }) => name).toSorted());
});

const every = Object.keys(ACCESS) as EndpointName[];

describe.each(every)('%s', (name) => {
  test.each(ROLES)('is for the role that the table names, and those with more rights: %s', async (role) => {
    const world = await worldForAll();

    const { status, json } = await call(world, name, { ...REQUESTS[name], ...as(role) });

    if (mayAct([role], ACCESS[name])) {
      expect(status).toBeGreaterThanOrEqual(200);
      expect(status).toBeLessThan(300);
    } else {
      expect(status).toBe(403);
      expect(json['detail']).toContain(`"${ACCESS[name]}", and you have ${role};`);
    }
  });

  it('is for nobody without a role, and answers 401 to who has not signed in', async () => {
    const world = await worldForAll();

    expect((await call(world, name, { ...REQUESTS[name], ...as() })).status).toBe(403);
    expect((await call(world, name, { ...REQUESTS[name], authMode: 'entra' })).status).toBe(401);
    expect(await journalOf(world)).toEqual([]);
  });
});

describe('every write is in the journal, with who and why', () => {
  const writes = every.filter((name) => endpoints.find((one) => one.name === name)?.method !== 'GET');

  test.each(writes)('%s', async (name: EndpointName) => {
    const world = await worldForAll();

    await call(world, name, { ...REQUESTS[name], ...as('release-manager') });

    expect(await journalOf(world)).toEqual([expect.objectContaining({ by: 'oid-7', name: 'Ada', why: WHY })]);
  });
});

it('the API’s description and the page about people say the same as the table', () => {
  const { paths } = describeApi(endpoints) as { paths: Record<string, Record<string, { security: unknown }>> };
  const page = readFileSync(new URL('../../../../docs/approvals.md', import.meta.url), 'utf8');

  for (const { name, method, route } of endpoints) {
    expect(paths[`/api/${route}`]?.[method.toLowerCase()]?.security).toEqual([{ entra: [ACCESS[name]] }]);
  }
  for (const name of every.filter((one) => ACCESS[one] !== 'viewer')) {
    const endpoint = endpoints.find((one) => one.name === name);
    expect(page).toMatch(
      new RegExp(
        `\`${endpoint?.method} /api/${endpoint?.route.replaceAll(/[{}]/g, '\\$&')}\`.*\\| ${ACCESS[name]} *\\|`,
      ),
    );
  }
});

/** What was said is delivered first, as the next look does. */
async function journalOf(world: FunctionWorld) {
  const at = Date.now();
  for (const [table, partition] of [
    ['gates', 'node'],
    ['gates', EVERYTHING],
    ['images', 'hello'],
  ] as const) {
    await deliver(world, { table, partition, at }, outboxOf(await world.ledger.rows(table, partition)));
  }
  const days = [dayOf(at - 60_000), dayOf(at)];
  const kept = await Promise.all([...new Set(days)].map((day) => readJournal(world.ledger, day)));
  return kept.flat().map(({ entry }) => entry);
}
