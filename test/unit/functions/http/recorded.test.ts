/** What the rules saw, as the API hands it on: enough to ask them again, and no secret. */
import { beforeEach, expect, it } from 'vitest';
import { recordedPage } from '../../../../shared/domain/recorded.ts';
import { A, B, done, NOW, promotion, subjectOf } from '../../domain/gate-builders.ts';
import { functionWorld, type FunctionWorld } from '../world.ts';
import { call } from './call.ts';

let world: FunctionWorld;
beforeEach(async () => {
  world = functionWorld();
  await world.setGate({ sequence: 2, upstream: { digest: B, since: NOW, sequence: 2 }, current: promotion(A, 1) });
  const settled = { outcome: { kind: 'promoted' as const }, at: NOW, checkHashes: ['today'] };
  await world.setCandidate({ digest: A, subject: subjectOf(A), settled }, { functional: done('pass') });
  await world.setCandidate({ digest: B, sequence: 2 });
});

const read = (query: string) => call(world, 'listRecorded', { params: { gate: 'node' }, query });

it('has the policy, the candidates with their evidence, and the hash of each check', async () => {
  const { gate, candidates } = recordedPage.parse((await read('limit=5')).json);

  expect(gate).toMatchObject({
    policy: { checks: [{ name: 'functional' }] },
    latestSighting: 2,
    current: { digest: A },
  });
  expect(candidates).toMatchObject([
    { digest: B, sequence: 2 },
    {
      digest: A,
      images: [{ platform: 'linux/amd64', digest: subjectOf(A) }],
      settled: { outcome: { kind: 'promoted' }, at: NOW },
      evidence: { functional: { verdict: 'pass', checkHash: 'today' } },
    },
  ]);
});

it('has no nonce of a check', async () => {
  const { text } = await read('limit=5');

  expect(text).not.toContain('n0nce');
  expect(text).not.toContain('nonce');
});

it('comes in pages', async () => {
  const first = recordedPage.parse((await read('limit=1')).json);
  const second = recordedPage.parse((await read(first.next?.split('?')[1] ?? '')).json);

  expect([...first.candidates, ...second.candidates].map(({ digest }) => digest)).toEqual([B, A]);
  expect(second.next).toBeUndefined();
});
