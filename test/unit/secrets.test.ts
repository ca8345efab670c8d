/** Law 8: a secret's value is where it is needed, and in nothing that is kept, answered, announced or logged. */
import { beforeEach, describe, expect, it } from 'vitest';
import { activities } from '../../functions/activities/activities.ts';
import { versionKey, IMAGE, newImage } from '../../shared/ledger/image-book.ts';
import { put } from '../../shared/ledger/rows.ts';
import { green } from '../replay/gate-world.ts';
import { A, NOW } from './domain/gate-builders.ts';
import { GROUP } from './domain/policy-fixture.ts';
import { call } from './functions/http/call.ts';
import { functionWorld, UPSTREAM, type FunctionWorld } from './functions/world.ts';

const VALUE = 'hunter2-do-not-say';

let world: FunctionWorld;
let answers: unknown[];
beforeEach(() => {
  answers = [];
});

/** All that is left behind: the ledger, what was announced, and what activities and routes answered. */
async function leftBehind(): Promise<string> {
  for (const name of ['listGates', 'listImages', 'listApps', 'getHealth']) answers.push((await call(world, name)).text);
  answers.push((await call(world, 'getGate', { params: { gate: 'node' } })).text);
  return JSON.stringify([
    world.ledger.calls,
    world.ledger.dump('gates', 'node'),
    world.ledger.dump('images', 'hello'),
    world.announcements.announced,
    answers,
  ]);
}

describe('the value of a secret', () => {
  it('the password of an upstream reaches the import and nothing else', async () => {
    world = functionWorld();
    world.policies.set({
      ...world.policy,
      upstreams: { 'public.example.com': { username: 'robot', password: '${secret:hub}' } },
    });
    world.secrets.set('hub', VALUE);
    world.upstreams.set(UPSTREAM, green.manifest);
    const steps = activities(world);

    answers.push(await steps.lookAtGate({ gate: 'node', at: NOW }, world.stories));
    answers.push(await steps.intakeCandidate({ gate: 'node', digest: green.manifest.digest }, world.stories));
    answers.push(await steps.lookAtGate({ gate: 'node', at: NOW + 1 }, world.stories));

    const [imported] = world.registries.calls.filter(({ method }) => method === 'import');
    expect(imported?.arguments).toMatchObject([{ from: { credentials: { username: 'robot', password: VALUE } } }]);
    expect(await leftBehind()).not.toContain(VALUE);
  });

  it('the secret of an app reaches the container group and nothing else', async () => {
    const group = `${GROUP}        environmentVariables: [{ name: TOKEN, secureValue: '\${secret:token}' }]\n`;
    world = functionWorld({ files: { 'apps/web.yaml': group } });
    world.secrets.set('token', VALUE);
    const version = { digest: A, number: 1, at: NOW };
    await world.ledger.write('images', 'hello', [
      put(IMAGE, undefined, { ...newImage, sequence: 1, newest: version }),
      put(versionKey(A), undefined, version, { open: false }),
    ]);
    const steps = activities(world);
    const place = { of: 'hello', app: 'web', attempt: 1 };

    answers.push(await steps.lookAtRollout({ of: 'hello', at: NOW }, world.stories));
    answers.push(await steps.deployApp({ ...place, putBack: false, at: NOW }, world.stories));
    answers.push(await steps.lookAtRollout({ of: 'hello', at: NOW + 1 }, world.stories));
    answers.push(await steps.recordDeployment({ ...place, ended: { kind: 'healthy' }, at: NOW + 2 }, world.stories));
    answers.push(await steps.lookAtRollout({ of: 'hello', at: NOW + 3 }, world.stories));

    expect(JSON.stringify(world.groups.puts.at(-1))).toContain(VALUE);
    expect(JSON.stringify(world.ledger.dump('images', 'hello'))).toContain('${secret:token}');
    expect(await leftBehind()).not.toContain(VALUE);
  });
});
