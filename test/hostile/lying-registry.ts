/** An upstream that is the attacker's own: it answers what a test tells it, also what no registry answers. In plain http on this machine. */
import { createServer, type ServerResponse } from 'node:http';
import type { Image } from '../e2e/oci-layout.ts';

export interface Lie {
  status?: number;
  headers?: Record<string, string>;
  body?: Buffer;
}

export interface LyingRegistry {
  /** `localhost:<port>` */
  host: string;
  /** Serves an image under `repository:tag`; `lies` are told in place of what is asked for by that tag or digest. */
  offer(at: { repository: string; tag: string }, image: Image, lies?: Record<string, Lie>): void;
  close(): Promise<void>;
}

export async function startLyingRegistry(): Promise<LyingRegistry> {
  const answers = new Map<string, Lie>();
  const server = createServer((request, response) => {
    const [path = ''] = (request.url ?? '').split('?');
    if (path === '/v2/') return send(response, { status: 200 });
    const answer = answers.get(path.replace(/^\/v2\/(.+)\/(?:manifests|blobs)\/([^/]+)$/, '$1 $2'));
    return send(response, answer ?? { status: 404 }, { withoutBody: request.method === 'HEAD' });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };

  return {
    host: `localhost:${port}`,
    offer({ repository, tag }, image, lies = {}) {
      for (const { digest, bytes } of image.blobs) {
        answers.set(`${repository} ${digest}`, { body: bytes, headers: described(digest, typeOf(bytes)) });
      }
      answers.set(`${repository} ${tag}`, answers.get(`${repository} ${image.digest}`) ?? { status: 404 });
      for (const [reference, lie] of Object.entries(lies)) answers.set(`${repository} ${reference}`, lie);
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

export const described = (digest: string, mediaType: string): Record<string, string> => ({
  'content-type': mediaType,
  'docker-content-digest': digest,
});

function send(
  response: ServerResponse,
  { status = 200, headers = {}, body = Buffer.alloc(0) }: Lie,
  { withoutBody = false }: { withoutBody?: boolean } = {},
): void {
  response.writeHead(status, { 'content-length': String(body.length), ...headers });
  response.end(withoutBody ? undefined : body);
}

/** A manifest or index names its own type; everything else is a blob. */
function typeOf(bytes: Buffer): string {
  if (bytes[0] !== 0x7b) return 'application/octet-stream';
  const { mediaType = 'application/octet-stream' } = JSON.parse(bytes.toString()) as { mediaType?: string };
  return mediaType;
}
