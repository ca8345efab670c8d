/** What becomes of the policy when the storage that it is in is away, busy, or denies: the real client on a storage that a test plays. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { packPolicy } from '../../../shared/domain/uploaded-policy.ts';
import { fakeLedger, type FakeLedger } from '../../fakes/ledger.ts';
import { GATES, GROUP } from '../../unit/domain/policy-fixture.ts';
import { inForce, SECOND, startRounds } from './policy-rounds.ts';
import type { Step, WireRequest } from './wire.ts';
import { startWired, type Wired } from './wired-clients.ts';

const AT = Date.UTC(2031, 1, 3, 9);
const policy = packPolicy([
  { path: 'gates.yaml', text: GATES },
  { path: 'apps/web.yaml', text: GROUP },
  { path: 'checks/node.sh', text: 'node --version\n' },
]);
const there = { status: 200, headers: { etag: '"1"' }, body: policy };

/** https://learn.microsoft.com/rest/api/storageservices/status-and-error-codes2 */
const refusal = (status: number, code: string): Step => ({
  status,
  headers: { 'x-ms-error-code': code, 'content-type': 'application/xml' },
  body: `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>It said no.</Message></Error>`,
});

let wired: Wired;
beforeAll(async () => {
  wired = await startWired();
});
afterAll(() => wired.wire.close());

let ledger: FakeLedger;
beforeEach(() => {
  ledger = fakeLedger();
  wired.wire.requests.length = 0;
});

const storage = (...steps: Step[]) => wired.wire.on('GET', '/account/policy/policy.json', ...steps);
const start = () =>
  startRounds({ at: AT, container: `${wired.wire.url}/account/policy`, clients: wired.clients, ledger });

test('an unchanged policy is asked for by its ETag, and nothing is asked while the last answer counts', async () => {
  storage(({ headers }: WireRequest) => (headers['if-none-match'] === '"1"' ? { status: 304 } : there));
  const app = start();

  const rounds = [await app.next(), await app.next(), await app.next({ laterMs: SECOND / 2 })];

  expect(rounds).toEqual([inForce(3), inForce(3), inForce(3)]);
  expect(wired.wire.requests.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"1"']);
});

test('the last valid policy stays when the storage does not work, and it is said since when', async () => {
  storage(there);
  const app = start();
  await app.next();

  storage(refusal(503, 'ServerBusy'));
  const first = await app.next();
  const later = await app.next({ laterMs: 60 * SECOND });

  const said = expect.stringMatching(/could not read .*503 ServerBusy.*\(since 2031-02-03T09:00:02.000Z\)$/) as string;
  expect([first, later]).toEqual([
    { soakDays: 3, problems: [said], refused: undefined },
    { soakDays: 3, problems: [said], refused: undefined },
  ]);
});

test('it stays also in a process that starts then, and trouble ends when the storage is back', async () => {
  storage(there);
  await start().next();
  storage('hang up');
  const app = start();
  const { soakDays, problems } = await app.next();

  storage(there);

  expect([soakDays, problems.length]).toEqual([3, 1]);
  expect(await app.next({ laterMs: 31 * SECOND })).toEqual(inForce(3));
});

test('a storage that never answers holds work up for one deadline, and is not asked by everybody at once', async () => {
  storage('never');
  const app = start();
  const began = performance.now();

  const rounds = await Promise.all([app.next(), app.next({ laterMs: 0 })]);
  await app.next({ laterMs: 20 * SECOND });

  const late = [expect.stringMatching(/no answer within our deadline/)];
  expect(rounds.map(({ problems }) => problems)).toEqual([late, late]);
  expect(wired.wire.requests).toHaveLength(1);
  expect(performance.now() - began).toBeLessThan(15 * SECOND);
});

test('a role that is missing is named, and what is given in the meantime is seen at the next round', async () => {
  storage(refusal(403, 'AuthorizationPermissionMismatch'));
  const app = start();
  const denied = await app.next();

  storage(there);

  expect(denied.problems).toEqual([
    expect.stringMatching(/403 AuthorizationPermissionMismatch.*"Storage Blob Data Reader"/),
  ]);
  expect(await app.next()).toEqual(inForce(3));
});
