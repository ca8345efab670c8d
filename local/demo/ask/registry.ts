/** Asks a registry as any client would: the OCI distribution API and Azure's own, with the developer's user and password. */
import { createHash } from 'node:crypto';
import type { Endpoints } from '../../endpoints.ts';

export type RegistryAsk = ReturnType<typeof askRegistry>;

export interface Manifest {
  digest: string;
  config: { digest: string };
  layers: { digest: string }[];
}

const MANIFEST_TYPES = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
].join(', ');

export function askRegistry({ url, username, password }: Endpoints['registries']['public']) {
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  /** `undefined`: 404. */
  const get = async (path: string, headers: Record<string, string> = {}): Promise<Response | undefined> => {
    const answer = await fetch(`${url}${path}`, { headers: { authorization, ...headers } });
    if (answer.status === 404) return undefined;
    if (!answer.ok) throw new Error(`GET ${url}${path} was answered ${answer.status}: ${await answer.text()}`);
    return answer;
  };
  const needed = <T>(value: T | undefined, what: string): T => {
    if (value === undefined) throw new Error(`${url} has no ${what}`);
    return value;
  };

  return {
    /** `undefined`: there is no such tag. Its own hash of what the registry sends, not what the registry says. */
    async digestOf(repository: string, reference: string): Promise<string | undefined> {
      const answer = await get(`/v2/${repository}/manifests/${reference}`, { accept: MANIFEST_TYPES });
      if (!answer) return undefined;
      return `sha256:${createHash('sha256')
        .update(new Uint8Array(await answer.arrayBuffer()))
        .digest('hex')}`;
    },
    async tags(repository: string): Promise<string[]> {
      const answer = await get(`/v2/${repository}/tags/list`);
      return answer ? (((await answer.json()) as { tags: string[] | null }).tags ?? []) : [];
    },
    /** The uncompressed layers, from the bottom: what an image is built from is a beginning of what it is. */
    async layersOf(repository: string, reference: string): Promise<string[]> {
      const manifest = needed(
        await get(`/v2/${repository}/manifests/${reference}`, { accept: MANIFEST_TYPES }),
        `${repository} ${reference}`,
      );
      const { config } = (await manifest.json()) as Manifest;
      const blob = needed(await get(`/v2/${repository}/blobs/${config.digest}`), `configuration of ${reference}`);
      return ((await blob.json()) as { rootfs: { diff_ids: string[] } }).rootfs.diff_ids;
    },
    async lockOf(repository: string, tag: string): Promise<{ writeEnabled: boolean; deleteEnabled: boolean }> {
      const answer = needed(await get(`/acr/v1/${repository}/_tags/${tag}`), `${repository}:${tag}`);
      type Attributes = { writeEnabled: boolean; deleteEnabled: boolean };
      const { writeEnabled, deleteEnabled } = ((await answer.json()) as { tag: { changeableAttributes: Attributes } })
        .tag.changeableAttributes;
      return { writeEnabled, deleteEnabled };
    },
    /** The status of reading a manifest with this login, or with none. */
    async statusFor(
      repository: string,
      reference: string,
      login?: { username: string; password: string },
    ): Promise<number> {
      const basic = login && Buffer.from(`${login.username}:${login.password}`).toString('base64');
      const answer = await fetch(`${url}/v2/${repository}/manifests/${reference}`, {
        headers: { accept: MANIFEST_TYPES, ...(basic === undefined ? {} : { authorization: `Basic ${basic}` }) },
      });
      await answer.arrayBuffer();
      return answer.status;
    },
  };
}
