/** Images that are not what they say: other bytes, missing parts, much more than it looks, and dates of their own. */
import { gzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { image, index, type Image } from '../../e2e/oci-layout.ts';
import { bombLayer } from '../bomb.ts';
import { described, type Lie } from '../lying-registry.ts';
import type { Trick } from '../trick.ts';
import type { World } from '../world.ts';

const marked = (text: string, more: Parameters<typeof image>[0] = {}) =>
  image({ files: [{ path: 'marker', text }], ...more });
const bytesOf = ({ blobs: [own] }: Image) => own?.bytes ?? Buffer.alloc(0);

/** Tells lies about a good image in place of what is asked for. */
const lying = (
  gate: string,
  does: string,
  trick: { make: () => Promise<{ root: Image; lies: Record<string, Lie> }>; trouble: RegExp },
): Trick => ({
  gate,
  does,
  upstream: 'lying',
  async push(world) {
    const { root, lies } = await trick.make();
    world.lying.offer(world.at(gate), root, lies);
    return root.digest;
  },
  async ends(offered, world) {
    const { trouble, evidence } = await offered.troubled();

    expect(trouble?.message).toMatch(trick.trouble);
    expect(evidence).toEqual({});
    await notInQuarantine(world, gate, offered.digest);
  },
});

async function notInQuarantine({ system }: World, gate: string, digest: string): Promise<void> {
  expect(await system.ask.registries.quarantine.digestOf(`${gate}/library/${gate}`, digest)).toBeUndefined();
}

const otherDigest = lying('other-digest', 'takes no manifest for another one, whatever digest is claimed for it', {
  async make() {
    const root = await marked('the claimed one');
    const other = await marked('the other one');
    return { root, lies: { [root.digest]: { body: bytesOf(other), headers: described(root.digest, root.mediaType) } } };
  },
  trouble: /answered sha256:[0-9a-f]{64} when asked for /,
});

const otherLayer = lying('other-layer', 'takes no layer for another one', {
  async make() {
    const root = await marked('the layer that the manifest names');
    const other = await marked('another layer');
    const [, , , layer] = root.blobs;
    const [, , , instead] = other.blobs;
    return { root, lies: { [layer?.digest ?? '']: { body: instead?.bytes ?? Buffer.alloc(0) } } };
  },
  trouble: /./,
});

const missingChild = lying('missing-child', 'promotes nothing of an index whose child is missing', {
  async make() {
    const child = await marked('the missing one');
    return { root: index([child]), lies: { [child.digest]: { status: 404 } } };
  },
  trouble: /./,
});

const inflating = lying('inflating', 'reads only so much of a manifest that unpacks to two hundred megabytes', {
  async make() {
    const root = await marked('small');
    const packed = gzipSync(Buffer.alloc(200 * 1024 * 1024), { level: 1 });
    const headers = { ...described(root.digest, root.mediaType), 'content-encoding': 'gzip' };
    return { root, lies: { [root.digest]: { body: packed, headers } } };
  },
  trouble: /answered more than 4194304 bytes/,
});

const GIBIBYTE = 1024 ** 3;

const bomb: Trick = {
  gate: 'bomb',
  does: 'unpacks a decompression bomb in its own run only, and judges it as any other image',
  push: async (world) => world.push('bomb', await image({ layer: await bombLayer('bomb', GIBIBYTE) })),
  async ends(offered, world) {
    const { why } = await offered.rejected();

    expect(why).toMatch(/^check failed: functional \(exit code 1; /);
    // Nobody has read more of it than there is: the copy in quarantine is as small as it was.
    expect(world.system.local.restarts).toEqual({ host: 0, cloud: 0, storage: 0 });
  },
};

const dated = (gate: string, created: string): Trick => ({
  gate,
  does: `counts the soak of an image that says it is of ${created.slice(0, 4)} from when it was first seen here`,
  gateLines: ['soak: 1h'],
  push: async (world) => world.push(gate, await marked(`made in ${created}`, { says: { created } })),
  async ends(offered, { gates }) {
    const pushed = Date.now();
    await offered.candidate(
      'soaking',
      ({ next }) => next?.action === 'rest' && next.why === 'it has not been seen long enough',
    );

    const { next } = await gates.gate(gate, 'rests', (seen) => seen.next.until !== undefined);
    const waits = Date.parse(next.until ?? '') - pushed;
    expect(waits).toBeGreaterThan(50 * 60_000);
    expect(waits).toBeLessThan(61 * 60_000);
  },
});

const disguised: Trick = {
  gate: 'disguised',
  does: 'promotes no index in which an image is hidden as an attestation',
  platforms: ['linux/amd64', 'linux/arm64'],
  async push(world) {
    const image = await marked('the hidden one');
    const children = await Promise.all(['amd64', 'arm64'].map((architecture) => marked('seen', { architecture })));
    const attestation = { ...image, platform: { os: 'unknown', architecture: 'unknown' } };
    const [subject = attestation] = children;
    return world.push('disguised', index(children, { subject, attestation }));
  },
  async ends(offered) {
    const { why, evidence } = await offered.candidate('refused', ({ outcome }) => outcome?.kind === 'failed');

    expect(why).toMatch(/unknown\/unknown as of an attestation, and which is none/);
    expect(evidence).toEqual({});
  },
};

export const manifests = [
  otherDigest,
  otherLayer,
  missingChild,
  disguised,
  inflating,
  bomb,
  dated('of-1970', '1970-01-01T00:00:00Z'),
  dated('of-2100', '2100-01-01T00:00:00Z'),
];
