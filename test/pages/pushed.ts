/** Upstream artifacts that say of themselves what an example of a page asks about: for a candidate that passes, and for one that does not. */
import { formatReference, repository, type Digest } from '../../shared/domain/reference.ts';
import type { Gate } from '../../shared/domain/policy.ts';
import { signatureTag } from '../../shared/domain/signatures/carrier.ts';
import type { Manifest } from '../../shared/ports/images.ts';
import { digestOf, image, imageIndex, MANIFEST, manifestOf, type Image } from '../fakes/images.ts';
import { signatureManifest, type SignedLayer } from '../fakes/signing.ts';
import { QUARANTINE, type GateWorld } from '../replay/gate-world.ts';

export interface Pushed {
  manifest: Manifest;
  /** What is promoted of it, where that is an image of an index. */
  subject?: Digest;
  images: Image[];
  /** The signature that is pushed with it. */
  signature?: SignedLayer;
}

export const single = (one: Image): Pushed => ({ manifest: one.manifest, images: [one] });

/** An image whose configuration says this too: `User`, `ExposedPorts`, `OnBuild` and the like. */
export function saying(config: object, layers: string[], platform?: string): Image {
  const plain = image(layers, platform);
  const said = { ...plain.config, config };
  const text = JSON.stringify(said);
  const content = JSON.parse(new TextDecoder().decode(plain.manifest.bytes)) as { config: object };
  const named = { ...content.config, digest: digestOf(text), size: text.length };
  return { manifest: manifestOf(MANIFEST, { ...content, config: named }), config: said };
}

/** The same for two platforms, of which `linux/amd64` is promoted. */
export function forBoth(config: object, layers: string[]): Pushed {
  const amd64 = saying(config, layers);
  const images = [amd64, saying(config, [...layers, 'arm'], 'linux/arm64')];
  return { manifest: imageIndex(images), subject: amd64.manifest.digest, images };
}

export function chart(version: string): Pushed {
  const manifest = manifestOf(MANIFEST, {
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: { mediaType: 'application/vnd.cncf.helm.config.v1+json', digest: digestOf('chart'), size: 5 },
    layers: [{ mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip', digest: digestOf(version), size: 5 }],
    annotations: { 'org.opencontainers.image.version': version },
  });
  return { manifest, images: [] };
}

/** The tag that the gate follows names it from now on. */
export function push({ ports }: GateWorld, gate: Gate, { manifest, images, signature }: Pushed): void {
  for (const one of images) {
    ports.upstreams.put(gate.from.host, gate.from.repository, one.manifest);
    ports.registries.putJson(one.config);
  }
  ports.upstreams.set(formatReference(gate.from), manifest);
  if (!signature) return;
  ports.registries.putBytes(signature.blob);
  const beside = repository.parse(`${gate.name}/${gate.from.repository}`);
  const place = { host: QUARANTINE, repository: beside, tag: signatureTag(manifest.digest) };
  ports.registries.put(place, signatureManifest([signature]));
}
