/** What approvals are worth when something changes afterwards: the policy, a check, or what the tag names. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { valid } from '../unit/domain/policy-fixture.ts';
import { principal } from '../unit/functions/http/call.ts';
import { deciding, example, policyOf } from './deciding.ts';
import { blue, gateWorld, green, MINUTE, type GateWorld } from './gate-world.ts';

let world: GateWorld;
beforeEach(() => {
  world = gateWorld(policyOf());
  world.checksAnswer(() => 0);
});
afterEach(() => world.close());

const { ask, decide, journal, pushed, see, sweepFor } = deciding(() => world);

describe('a policy that changes while people are asked', () => {
  const asking = (rule: string) => {
    const gates = example.replace(/approval: .*/, rule);
    return valid({ gates: {}, files: { 'gates.yaml': gates } });
  };

  it('and asks nobody any more lets the candidate through', async () => {
    const digest = await pushed();

    world.ports.policies.set(asking(''));
    await sweepFor(MINUTE);

    expect(await world.stable()).toBe(digest);
  });

  it('and asks for fewer, or for operators, takes the approvals that are there', async () => {
    const digest = await pushed();
    await decide('ada', digest);

    world.ports.policies.set(asking('approval: { role: operator }'));
    await sweepFor(MINUTE);

    expect(await world.stable()).toBe(digest);
  });

  it('and asks for another role takes none of who has not got it', async () => {
    world.ports.policies.set(asking('approval: { quorum: 2, role: operator }'));
    const digest = await pushed();
    const asked = { params: { gate: 'node', digest }, body: { decision: 'approve', reason: 'fine' } };
    await ask('decideApproval', { ...asked, authMode: 'entra', headers: principal(['operator'], { id: 'omar' }) });

    world.ports.policies.set(asking('approval: { quorum: 1 }'));
    await sweepFor(MINUTE);

    expect(await see(digest)).toMatchObject({
      state: 'open',
      approval: {
        void: [{ by: 'omar', because: 'it was given as "operator", and the gate asks for "release-manager"' }],
      },
    });
    expect(await world.stable()).toBeUndefined();
  });
});

describe('W15, an approval that survives a change of what was approved:', () => {
  const changed = () => world.ports.policies.set(valid(policyOf('node --version\nnpm --version\n')));

  it('it is void when a check is another one, the candidate and the journal say so, and it stays void', async () => {
    const digest = await pushed();
    await decide('ada', digest);

    changed();
    await sweepFor(MINUTE);

    const because = 'check "functional" is another one now';
    expect(await see(digest)).toMatchObject({ state: 'open', approval: { given: [], void: [{ by: 'ada', because }] } });
    expect(await journal()).toContainEqual(expect.objectContaining({ what: 'approval void', why: because }));
    world.ports.policies.set(valid(policyOf()));
    await sweepFor(MINUTE);
    expect(await see(digest)).toMatchObject({ approval: { given: [], void: [{ by: 'ada' }] } });

    await decide('bob', digest);
    expect(await world.stable()).toBeUndefined();
    await decide('ada', digest);
    expect(await world.stable()).toBe(digest);
  });

  it('it is void between the decision to promote and the move of the stable tag', async () => {
    const digest = await pushed();
    await decide('ada', digest);
    let once = true;
    const lost = world;
    world = gateWorld(policyOf(), {
      from: lost,
      wrap: async (name, run) => {
        const done = await run();
        if (name === 'lockUnique' && once) {
          once = false;
          changed();
        }
        return done;
      },
    });
    await lost.close();

    await decide('bob', digest);

    expect(once).toBe(false);
    expect(await world.stable()).toBeUndefined();
    expect(await see(digest)).toMatchObject({
      state: 'open',
      approval: { given: [], void: [{ by: 'ada' }, { by: 'bob' }] },
    });
  });

  it('it is of one digest: what the tag names next begins without it', async () => {
    const older = await pushed(green);
    await decide('ada', older);

    const newer = await pushed(blue);
    await decide('bob', newer);

    expect(await world.outcome(older)).toMatchObject({ kind: 'superseded' });
    expect(await see(newer)).toMatchObject({ state: 'open', approval: { given: [{ by: 'bob' }] } });
    expect(await world.stable()).toBeUndefined();
  });

  it('but a check that is asked again and says the same voids nothing', async () => {
    const digest = await pushed();
    await decide('ada', digest);
    const before = world.ports.runs.started.length;

    await ask('requestRecheck', { params: { gate: 'node', digest }, body: { reason: 'new database' } });
    await world.pass(MINUTE);

    expect(world.ports.runs.started.length).toBeGreaterThan(before);
    expect(await see(digest)).toMatchObject({ approval: { given: [{ by: 'ada' }], void: [] } });
    await decide('bob', digest);
    expect(await world.stable()).toBe(digest);
  });
});
