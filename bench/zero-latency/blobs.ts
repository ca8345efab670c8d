/** The blobs of runs: files that are uploaded and forgotten, and logs that are whole. */
import { notBuilt, notFound, type Asked, type Answer, type Service } from './answer.ts';

export function zeroLatencyBlobs({ logOf }: { logOf: (runId: string) => string | undefined }): Service {
  return (asked) => {
    const { method, url } = asked;
    if (method === 'PUT' && url.pathname.startsWith('/source/')) return { status: 201, headers: { etag: '"1"' } };
    const [, runId] = /^\/logs\/(.+)$/.exec(url.pathname) ?? [];
    if (runId === undefined) return notBuilt(asked);
    const log = logOf(runId);
    return log === undefined ? notFound('BlobNotFound') : read(asked, Buffer.from(log));
  };
}

function read(asked: Asked, log: Buffer): Answer {
  const headers = { etag: '"1"', 'x-ms-blob-type': 'AppendBlob', 'x-ms-meta-complete': 'successful' };
  if (asked.method === 'HEAD') return { status: 200, headers: { ...headers, 'content-length': `${log.length}` } };
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(asked.header('x-ms-range') ?? asked.header('range') ?? '') ?? [];
  if (asked.method !== 'GET' || from === undefined || to === undefined) return notBuilt(asked);
  const body = log.subarray(Number(from), Number(to) + 1);
  const range = `bytes ${from}-${Number(from) + body.length - 1}/${log.length}`;
  return { status: 206, headers: { ...headers, 'content-length': `${body.length}`, 'content-range': range }, body };
}
