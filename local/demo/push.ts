/** Writes to one repository of a registry by plain requests of the OCI distribution API, with the developer's user and password. */
import { createHash } from 'node:crypto';
import type { Endpoints } from '../endpoints.ts';

export type Writable = Endpoints['registries']['public'];

export function pushTo({ url, username, password }: Writable, repository: string) {
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const call = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const at = `${url}/v2/${repository}/${path}`;
    const answer = await fetch(at, { ...init, headers: { ...init.headers, authorization } });
    if (answer.ok) return answer;
    throw new Error(`${init.method ?? 'GET'} ${at} was answered ${answer.status}: ${await answer.text()}`);
  };
  const manifest = async (reference: string, { mediaType, bytes }: { mediaType: string; bytes: string }) => {
    await call(`manifests/${reference}`, { method: 'PUT', headers: { 'content-type': mediaType }, body: bytes });
  };
  return {
    manifest,
    /** Answers how a manifest names it. */
    async blob(text: string): Promise<{ digest: string; size: number }> {
      const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
      await call(`blobs/uploads/?digest=${digest}`, { method: 'POST', body: text });
      return { digest, size: Buffer.byteLength(text) };
    },
    /** Gives what is there one more tag, or moves that tag to it. */
    async tag(digest: string, tag: string): Promise<void> {
      const accept = [
        'application/vnd.oci.image.manifest.v1+json',
        'application/vnd.docker.distribution.manifest.v2+json',
      ].join(', ');
      const answer = await call(`manifests/${digest}`, { headers: { accept } });
      const mediaType = answer.headers.get('content-type') ?? '';
      await manifest(tag, { mediaType, bytes: await answer.text() });
    },
  };
}
