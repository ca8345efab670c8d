/** Checks that the app answers itself, through the whole gate: `config`, `signature`, and what is no image. */
import { afterEach, describe, expect, test } from 'vitest';
import { parseReference } from '../../shared/domain/reference.ts';
import { signatureTag } from '../../shared/domain/signatures/carrier.ts';
import { readCandidate } from '../../shared/ledger/gate-book.ts';
import { attachment, digestOf, image, MANIFEST, manifestOf } from '../fakes/images.ts';
import { keyPair, signatureManifest, simplePayload, simpleSigned } from '../fakes/signing.ts';
import { call } from '../unit/functions/http/call.ts';
import { gateWorld, green, MINUTE, QUARANTINE, UPSTREAM, type GateWorld, type WorldOptions } from './gate-world.ts';

const key = keyPair();
const stranger = keyPair();
const HELM = 'application/vnd.cncf.helm.config.v1+json';
const place = parseReference(`${QUARANTINE}/node/node`);
const digest = green.manifest.digest;

let world: GateWorld;
afterEach(() => world.close());

function gate(checks: string, options: WorldOptions = {}): GateWorld {
  const gates = { 'soak: 3d': 'soak: 0s', 'functional: { script: checks/node.sh, timeout: 4m }': checks };
  world = gateWorld({ gates, files: { 'keys/acme.pub': key.pem } }, options);
  return world;
}
const signed = (more = '', options: WorldOptions = {}) =>
  gate(`signed: { signature: { keys: [keys/acme.pub]${more} } }`, options);

/** As intake leaves it: the signature beside its image in quarantine. */
function sign(by: typeof key): void {
  const layer = simpleSigned(by, simplePayload(digest));
  world.ports.registries.putBytes(layer.blob);
  world.ports.registries.put({ ...place, tag: signatureTag(digest) }, signatureManifest([layer]));
}
const evidence = async (check: string) => {
  const row = (await readCandidate(world.ports.ledger, 'node', digest))?.evidence.get(check)?.value.evidence;
  if (row?.state !== 'done') throw new Error(`check "${check}" has no answer`);
  return row;
};
async function push() {
  world.push(green);
  await world.wake('runGate', 'node');
}

describe('a gate that asks for a signature', () => {
  test('promotes what the key of the policy has signed, and says who signed', async () => {
    signed('', { on: 'host' });
    sign(key);

    await push();

    expect(await world.stable()).toBe(digest);
    expect(await evidence('signed')).toMatchObject({
      verdict: 'pass',
      platform: 'all',
      tool: 'gated-import: signature',
      reasons: [`the upstream's ${digest} is signed by key keys/acme.pub (tag ${signatureTag(digest)})`],
    });
    await world.everyGenerationReplays('gate-node');
  });

  test('rejects what a stranger has signed', async () => {
    signed();
    sign(stranger);

    await push();

    expect(await world.stable()).toBeUndefined();
    expect(await world.outcome(digest)).toMatchObject({ kind: 'rejected', reason: { kind: 'check-failed' } });
  });

  test('waits for a signature that is made a moment after the push', async () => {
    signed();

    await push();
    expect(await evidence('signed')).toMatchObject({ verdict: 'unknown' });
    sign(key);
    await world.pass(2 * MINUTE);
    await world.wake('runGate', 'node');

    expect(await world.stable()).toBe(digest);
  });

  test('rejects what is never signed', async () => {
    signed(', late: refused');

    await push();

    expect(await world.outcome(digest)).toMatchObject({
      kind: 'rejected',
      reason: { details: ['it is not signed; a signature by key keys/acme.pub is required'] },
    });
  });

  test('lets what is not signed pass only where the policy says so, and never silently', async () => {
    signed(', mode: if-present');

    await push();

    expect(await world.stable()).toBe(digest);
    expect(await evidence('signed')).toMatchObject({
      verdict: 'pass',
      reasons: ['it is not signed, which the policy lets pass ("if-present")'],
    });
  });

  test('has no verdict of what comes with more than is taken in: its signature may be among the rest', async () => {
    signed(', mode: if-present');
    const { host, repository } = parseReference(UPSTREAM);
    for (let at = 0; at < 60; at += 1) {
      world.ports.upstreams.put(host, repository, attachment(green.manifest, 'application/spdx+json', String(at)));
    }

    await push();

    expect(await world.stable()).toBeUndefined();
    expect(await evidence('signed')).toMatchObject({
      verdict: 'unknown',
      reasons: [expect.stringMatching(/^of what is attached to it upstream 10 could not be taken .* more than 50/)],
    });
  });

  test('has no verdict of what the upstream deleted before it was asked what is attached to it', async () => {
    const deleted = async (name: string, run: () => Promise<object>) => {
      if (name === 'intakeReferrers') world.ports.upstreams.manifest = async () => undefined;
      return run();
    };
    signed(', mode: if-present', { wrap: deleted });

    await push();

    expect(await world.stable()).toBeUndefined();
    expect(await evidence('signed')).toMatchObject({
      verdict: 'unknown',
      reasons: ['what is attached to it could not be taken into quarantine: the upstream has it no more'],
    });
  });

  test('has no verdict while its registry cannot be asked', async () => {
    signed(', mode: if-present');
    const trouble = Object.assign(new Error('Container Registry could not list the referrers'), {
      code: 'ServiceTrouble',
    });
    world.ports.registries.failNext('referrers', trouble);

    await push();

    expect(await world.stable()).toBeUndefined();
    expect(await evidence('signed')).toMatchObject({ verdict: 'unknown', reasons: [trouble.message] });
  });
});

describe('a gate that asks what an image says of itself', () => {
  test('promotes what is as it should be', async () => {
    gate('shape: { config: { platforms: [linux/amd64], maxSize: 1MB } }');

    await push();

    expect(await world.stable()).toBe(digest);
    expect(await evidence('shape')).toMatchObject({ platform: 'linux/amd64', tool: 'gated-import: config' });
  });

  test('promotes what stands on something that another gate promoted and did not recall, and nothing else', async () => {
    const alpine = `  alpine:
    from: public.example.com/alpine:3
    to: \${BASE_REGISTRY}/alpine:3
    checks:
      shape: { config: {} }
images:`;
    world = gateWorld({
      gates: {
        'soak: 3d': 'soak: 0s',
        'functional: { script: checks/node.sh, timeout: 4m }': 'shape: { config: { base: [alpine] } }',
        'images:': alpine,
      },
    });
    const base = image(['base']);
    world.ports.upstreams.set('public.example.com/alpine:3', base.manifest);
    world.ports.registries.putJson(base.config);
    await world.wake('runGate', 'alpine');

    await push();
    const promoted = await world.stable();
    world.push(image(['other', 'green']));
    await world.wake('runGate', 'node');
    const recalled = await call({ ...world.surroundings, stories: world.stories }, 'recallDigest', {
      params: { gate: 'alpine', digest: base.manifest.digest },
      body: { reason: 'CVE-2026-1' },
    });
    world.push(image(['base', 'later']));
    await world.wake('runGate', 'node');

    expect(promoted).toBe(digest);
    expect((await evidence('shape')).reasons).toEqual([`it stands on ${base.manifest.digest} of gate "alpine"`]);
    expect(await world.outcome(image(['other', 'green']).manifest.digest)).toMatchObject({
      reason: { details: ['it stands on nothing that gate "alpine" promoted'] },
    });
    expect(recalled.status).toBe(202);
    expect(await world.outcome(image(['base', 'later']).manifest.digest)).toMatchObject({ kind: 'rejected' });
  });

  test('rejects what is not, with every reason', async () => {
    gate('shape: { config: { user: not-root, labels: { vendor: acme } } }');

    await push();

    expect(await world.outcome(digest)).toMatchObject({
      reason: { kind: 'check-failed', details: ['it runs as root', 'the label "vendor" is missing'] },
    });
  });

  test('has no verdict without its configuration', async () => {
    gate('shape: { config: {} }');
    world.ports.registries.blob = async () => 'missing';

    await push();

    expect(await world.stable()).toBeUndefined();
    expect(await evidence('shape')).toMatchObject({ verdict: 'unknown' });
  });
});

describe('a Helm chart', () => {
  const chart = manifestOf(MANIFEST, {
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: { mediaType: HELM, digest: digestOf('not even JSON'), size: 13 },
    layers: [{ mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip', digest: digestOf('chart'), size: 5 }],
  });
  const pushChart = async () => {
    world.ports.upstreams.set('public.example.com/node:15-alpine', chart);
    await world.wake('runGate', 'node');
  };

  test('passes a gate by its type', async () => {
    gate(`shape: { config: { artifact: ${HELM} } }`, { on: 'host' });

    await pushChart();

    expect(await world.stable()).toBe(chart.digest);
    await world.everyGenerationReplays('gate-node');
  });

  test('is refused by a gate that would start it, with the reason', async () => {
    gate('functional: { script: checks/node.sh, timeout: 4m }');

    await pushChart();

    expect(await world.outcome(chart.digest)).toMatchObject({
      kind: 'failed',
      reason: {
        kind: 'unusable',
        message: expect.stringMatching(/"functional" \(script\) would start it.*helm/) as string,
      },
    });
    expect(world.ports.runs.started).toEqual([]);
  });
});
