/** The example of docs/freeze.md: a policy that is valid, and that freezes when the page says. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, test } from 'vitest';
import { frozenAt } from '../../shared/domain/freeze.ts';
import { GROUP, valid } from './domain/policy-fixture.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/freeze.md'), 'utf8');
const example = /```yaml\n(.*?)```/s.exec(page)?.[1] ?? '';
const group = GROUP.replace('${TEAM_REGISTRY}/hello:1', '${BASE_REGISTRY}/node:22-alpine');
const policy = () => valid({ files: { 'gates.yaml': example, 'apps/web.yaml': group } });

it('has a fast lane and keeps what was replaced', () => {
  expect(policy().gates['node']).toMatchObject({
    soakMs: 3 * 86_400_000,
    whenReplaced: 'keep',
    fastLane: { removes: 'high', approvals: 1 },
  });
});

const until = (thing: 'gate' | 'app', now: string) => {
  const windows = (thing === 'gate' ? policy().gates['node'] : policy().apps['web'])?.freeze;
  const frozen = frozenAt({ windows }, Date.parse(`${now}+01:00`));
  return frozen && new Date(frozen.until + 3_600_000).toISOString().slice(0, 16);
};

test.each([
  ['2026-11-27T15:59', undefined, undefined],
  ['2026-11-27T16:00', '2026-11-30T08:00', '2026-11-30T08:00'],
  ['2026-11-30T12:00', undefined, '2026-11-30T13:00'],
  ['2026-12-24T00:00', '2027-01-04T08:00', '2027-01-04T08:00'],
])('at %s the gate is frozen until %s, and the app until %s', (now, gate, app) => {
  expect([until('gate', now), until('app', now)]).toEqual([gate, app]);
});
