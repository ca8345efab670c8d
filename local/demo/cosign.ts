/**
 * Signs an image in a registry as `cosign sign --key` does (simple signing): what is signed names the digest, and lies with the signature in a
 * manifest under the tag `sha256-<hex>.sig` beside the image.
 *
 * https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md
 */
import { sign, type KeyObject } from 'node:crypto';
import { pushTo, type Writable } from './push.ts';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const SIMPLE_SIGNING = 'application/vnd.dev.cosign.simplesigning.v1+json';

/** Answers the tag of the signature. */
export async function cosign(
  registry: Writable,
  { repository, digest, key }: { repository: string; digest: string; key: KeyObject },
): Promise<string> {
  const push = pushTo(registry, repository);
  const payload = JSON.stringify({
    critical: {
      identity: { 'docker-reference': `${registry.host}/${repository}` },
      image: { 'docker-manifest-digest': digest },
      type: 'cosign container image signature',
    },
    optional: null,
  });
  const signature = sign('sha256', Buffer.from(payload), key).toString('base64');
  const manifest = {
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: { mediaType: CONFIG, ...(await push.blob('{}')) },
    layers: [
      {
        mediaType: SIMPLE_SIGNING,
        ...(await push.blob(payload)),
        annotations: { 'dev.cosignproject.cosign/signature': signature },
      },
    ],
  };
  const tag = `${digest.replace(':', '-')}.sig`;
  await push.manifest(tag, { mediaType: MANIFEST, bytes: JSON.stringify(manifest) });
  return tag;
}
