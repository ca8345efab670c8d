/** Puts small images into the registry: one for each reference, in a repository with one configuration for all of them. */
import { atOnce } from '../../functions/at-once.ts';
import { parseTagReference, type Digest, type TagReference } from '../../shared/domain/reference.ts';
import { digestOf, MANIFEST, manifestOf } from '../../test/fakes/images.ts';
import type { TokenServer } from './token-server.ts';

export interface Pushed {
  reference: TagReference;
  digest: Digest;
}

const AT_ONCE = 8;
const CONFIG = JSON.stringify({ os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: [] } });
const CONFIG_DESCRIPTOR = {
  mediaType: 'application/vnd.oci.image.config.v1+json',
  digest: digestOf(CONFIG),
  size: CONFIG.length,
};

/** So many repositories, with so many tags each. */
export async function pushImages(
  { host, tokens }: { host: string; tokens: TokenServer },
  { repositories, tags }: { repositories: number; tags: number },
): Promise<Pushed[]> {
  const names = Array.from({ length: repositories }, (_, index) => `library/image-${index}`);
  const pushed: Pushed[] = [];
  await atOnce(names, AT_ONCE, async (name) => {
    const send = sender(host, name, await tokenFor(tokens, `repository:${name}:pull,push`));
    const { headers } = await send('POST', 'blobs/uploads/');
    await send('PUT', `${headers.get('location')}&digest=${CONFIG_DESCRIPTOR.digest}`, CONFIG);
    for (let tag = 0; tag < tags; tag += 1) {
      const reference = parseTagReference(`${host}/${name}:v${tag}`);
      const { digest, bytes } = manifestOf(MANIFEST, {
        schemaVersion: 2,
        mediaType: MANIFEST,
        config: CONFIG_DESCRIPTOR,
        layers: [],
        annotations: { tag: reference.tag },
      });
      await send('PUT', `manifests/${reference.tag}`, bytes, MANIFEST);
      pushed.push({ reference, digest });
    }
  });
  return pushed;
}

export async function tokenFor({ realm, service }: TokenServer, scope: string): Promise<string> {
  const url = new URL(realm);
  url.search = new URLSearchParams({ service, scope }).toString();
  const { token } = (await (await fetch(url)).json()) as { token: string };
  return token;
}

/** Sends below the repository, or to an address that the registry gave. Throws for everything that is not well. */
const sender =
  (host: string, name: string, token: string) =>
  async (method: string, path: string, body?: string | Uint8Array, type = 'application/octet-stream') => {
    const response = await fetch(new URL(path, `http://${host}/v2/${name}/`), {
      method,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': type },
      ...(body === undefined ? {} : { body }),
    });
    if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${await response.text()}`);
    await response.body?.cancel();
    return response;
  };
