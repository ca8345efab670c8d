/** A probe as the app asks it: which image asks, and what its evidence says. */
import { expect, it, test } from 'vitest';
import { probeEffects } from '../../../../functions/activities/gate/checks/probe.ts';
import type { Asked } from '../../../../functions/activities/gate/checks/kind.ts';
import type { ProbeCheck } from '../../../../shared/domain/check.ts';
import { parseReference } from '../../../../shared/domain/reference.ts';
import { A, NOW } from '../../domain/gate-builders.ts';
import { valid } from '../../domain/policy-fixture.ts';
import { functionWorld } from '../world.ts';

const ALPINE = `docker.io/library/alpine@sha256:${'c'.repeat(64)}`;
const REDIS = `docker.io/library/redis@sha256:${'d'.repeat(64)}`;

function asked(more = ''): Asked<ProbeCheck> {
  const written = `{ probe: { run: "redis-cli ping" }${more} }`;
  const gate = valid({ gates: { '{ script: checks/node.sh, timeout: 4m }': written } }).gates['node'];
  const check = gate?.checks[0];
  if (!gate || check?.kind !== 'probe') throw new Error('the policy has no probe');
  const image = { ...parseReference('quarantine.azurecr.io/node/library/node'), digest: A };
  return { gate, check, digest: A, subject: A, image, platform: 'linux/amd64', nonce: 'n0nce', tries: 1, at: NOW };
}

test.each([
  ['the runner, when nothing is said', {}, '', 'runner'],
  ['the image of the setting', { probeImage: ALPINE }, '', ALPINE],
  ['the client of the check before that', { probeImage: ALPINE }, `, client: "${REDIS}"`, REDIS],
])('is asked by %s', async (_, setting, more, expected) => {
  const world = { ...functionWorld(), ...setting };
  const question = asked(more);

  await probeEffects.start(world, question);
  const answer = await probeEffects.judge(world, question, { state: 'succeeded', log: 'gate-result n0nce 0 up\n' });

  const client = expected === 'runner' ? world.runnerImage : expected;
  expect(world.runs.started[0]?.quick).toMatchObject({
    values: expect.arrayContaining([
      { name: 'client', value: client, secret: false },
      { name: 'candidate', value: `quarantine.azurecr.io/node/library/node@${A}`, secret: false },
      { name: 'runner', value: world.runnerImage, secret: false },
    ]),
  });
  expect(answer).toEqual({ verdict: 'pass', reasons: [], tool: client });
});

it('has no verdict from a run with another nonce', async () => {
  const answer = await probeEffects.judge(functionWorld(), asked(), {
    state: 'succeeded',
    log: 'gate-result 0 0 up\n',
  });

  expect(answer.verdict).toBe('unknown');
});
