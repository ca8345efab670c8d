/** What docs/approvals.md shows of the API: its request is sent as it stands there, and its view is what the app then answers. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { endpoints } from '../../functions/http/endpoints/all.ts';
import type { Digest } from '../../shared/domain/reference.ts';
import { blocksOf } from '../pages/blocks.ts';
import { valid } from '../unit/domain/policy-fixture.ts';
import { call, principal } from '../unit/functions/http/call.ts';
import { gateWorld, green, MINUTE, type GateWorld } from './gate-world.ts';

const [policy] = blocksOf('policy').filter(({ page }) => page === 'docs/approvals.md');
const policyOf = (script: string) =>
  valid({ gates: {}, files: { 'gates.yaml': policy?.text, 'checks/node.sh': script } });

let world: GateWorld;
let digest: Digest;
beforeEach(async () => {
  world = gateWorld();
  world.ports.policies.set(policyOf('node --version\n'));
  world.checksAnswer(() => 0);
  digest = world.push(green);
  await world.wake('runGate', 'node');
  await world.pass(MINUTE);
});
afterEach(() => world.close());

async function ask(name: string, who: { id: string; name?: string }, body?: object) {
  const isOfGate = name === 'requestPromotion';
  const answer = await call({ ...world.surroundings, stories: world.stories }, name, {
    at: world.clock.now(),
    authMode: 'entra',
    headers: principal(['release-manager'], who),
    params: isOfGate ? { gate: 'node' } : { gate: 'node', digest },
    ...(body ? { body } : {}),
  });
  await world.pass(MINUTE);
  return answer;
}

test.each(blocksOf('request'))('the request of $page:$line is understood and done', async ({ text }) => {
  const [, method = '', path = '', body = ''] = /^(\w+) \/api\/(\S+)\n(.*)/s.exec(text) ?? [];
  const route = path.replace('gates/node/', 'gates/{gate}/').replace('sha256:…', '{digest}');
  const endpoint = endpoints.find((one) => one.method === method && one.route === route);

  const { status } = await ask(endpoint?.name ?? route, { id: 'ada' }, JSON.parse(body) as object);

  expect(status).toBe(202);
  expect((await ask('getCandidate', { id: 'ada' })).json['approval']).toMatchObject({ given: [{ by: 'ada' }] });
});

test.each(blocksOf('view'))(
  'the view of $page:$line is what is answered when all that has happened',
  async ({ text }) => {
    const { approval: shown } = JSON.parse(`{${text}}`) as { approval: Record<'given' | 'void', Person[]> & Rest };
    const [given] = shown.given;
    const [gone] = shown.void;
    await ask('requestPromotion', { id: shown.notBy[0] ?? '' }, { reason: 'we need it' });
    await ask(
      'decideApproval',
      { id: gone?.by ?? '', name: gone?.name ?? '' },
      { decision: 'approve', reason: gone?.why },
    );
    world.ports.policies.set(policyOf('npm --version\n'));
    await world.wake('runGate', 'node');
    await world.pass(MINUTE);
    await ask(
      'decideApproval',
      { id: given?.by ?? '', name: given?.name ?? '' },
      { decision: 'approve', reason: given?.why },
    );

    const { json } = await ask('getCandidate', { id: 'somebody' });

    const said = json['approval'] as Record<string, unknown>;
    expect(timeless(said)).toEqual(timeless(shown));
    expect(Object.keys(said).toSorted()).toEqual(Object.keys(shown).toSorted());
  },
);

interface Person {
  by: string;
  name: string;
  why: string;
}
interface Rest {
  notBy: string[];
}

/** Times, and the hash of what it is about, are other ones in each run. */
const timeless = (view: object): unknown =>
  JSON.parse(
    JSON.stringify(view, (key, value: unknown) => (['at', 'since', 'until', 'about'].includes(key) ? '…' : value)),
  );
