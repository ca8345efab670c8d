/** The step that signs: once for a decision, and only for a decision that has all its evidence. */
import { beforeEach, expect, test } from 'vitest';
import { activities } from '../../../../functions/activities/activities.ts';
import type { Evidence } from '../../../../shared/domain/gate-state.ts';
import { parseTagReference } from '../../../../shared/domain/reference.ts';
import { readRecords } from '../../../../shared/record/read-records.ts';
import { green, red } from '../../../replay/gate-world.ts';
import { done, MINUTE, NOW } from '../../domain/gate-builders.ts';
import { functionWorld, QUARANTINE, STABLE, type FunctionWorld } from '../world.ts';

const { digest } = green.manifest;
const { host, repository } = parseTagReference(STABLE);

let world: FunctionWorld;
let steps: ReturnType<typeof activities>;
beforeEach(() => {
  world = functionWorld();
  steps = activities(world);
});

/** In quarantine with this evidence, begun and copied. */
async function begun(evidence: Record<string, Evidence>): Promise<void> {
  await world.setGate({ sequence: 1, upstream: { digest, since: NOW - MINUTE, sequence: 1 } });
  world.registries.put(`${QUARANTINE}/node/node:any`, green.manifest);
  world.registries.putJson(green.config);
  await world.setCandidate({ digest, sequence: 1, subject: digest }, evidence);
  await steps.beginPromotion({ gate: 'node', digest, sequence: 1 }, world.stories);
  await steps.importUnique({ gate: 'node', attempt: 1 }, world.stories);
}
const attach = (at = NOW) => steps.attachRecord({ gate: 'node', attempt: 1, at }, world.stories);
/** Of today's hash. */
const answer = (...[verdict, change]: Parameters<typeof done>) =>
  done(verdict, { checkHash: world.policy.gates['node']?.checks[0]?.hash ?? '', ...change });
const passed = () => answer('pass', { digest });

test('a second run finds the record that is there, though it is another time and another version of the key', async () => {
  await begun({ functional: passed() });

  const first = await attach();
  world.signing.rotate();
  const second = await attach(NOW + MINUTE);

  expect(first).toMatchObject({ kind: 'done' });
  expect(second).toEqual(first);
  expect(world.signing.signed()).toBe(1);
});

test('what was decided anew gets a record of its own', async () => {
  await begun({ functional: passed() });
  const first = await attach();
  await world.setCandidate(
    { digest, sequence: 1, subject: digest },
    { functional: answer('pass', { digest, finishedAt: NOW - 1 }) },
  );

  const second = await attach();

  expect(second).not.toEqual(first);
  const publicKeys = (await world.signing.keys()).map(({ publicKey }) => publicKey);
  expect((await readRecords(world.registries, { host, repository, digest }, { publicKeys })).records).toHaveLength(2);
});

test.each<[string, () => Record<string, Evidence>]>([
  ['missing', () => ({})],
  ['unknown', () => ({ functional: answer('unknown', { digest }) })],
  ['a fail', () => ({ functional: answer('fail', { digest }) })],
  ['of another hash', () => ({ functional: answer('pass', { digest, checkHash: 'another' }) })],
  ['about another digest', () => ({ functional: answer('pass', { digest: red.manifest.digest }) })],
  ['expired', () => ({ functional: answer('pass', { digest, expiresAt: NOW }) })],
])('signs nothing while evidence is %s', async (_, evidence) => {
  await begun(evidence());

  expect(await attach()).toEqual({ kind: 'lost' });

  expect(world.signing.signed()).toBe(0);
  expect(await world.registries.referrers({ host, repository, digest })).toEqual([]);
});

test('a record that the registry does not list afterwards is trouble, and the stable tag stays', async () => {
  await begun({ functional: passed() });
  world.registries.referrers = async () => [];

  await expect(attach()).rejects.toThrow(/was attached and is not listed among the referrers/);
});

test('a signature that does not verify is trouble, and is not attached', async () => {
  await begun({ functional: passed() });
  world.signing.sign = async () => new Uint8Array(70);

  await expect(attach()).rejects.toThrow(/does not verify with its public key; nothing was attached/);
  expect(await world.registries.referrers({ host, repository, digest })).toEqual([]);
});
