/** Any registry that speaks the OCI distribution API as a source: Docker Hub, another registry by its host, one on this machine. */
import { isIP } from 'node:net';
import type { IncomingMessage } from 'node:http';
import { MANIFEST_BYTES } from '../limits.ts';
import { MANIFEST_TYPES } from '../manifest.ts';
import { authorize } from './authorization.ts';
import { readAnswer, type Http } from './http.ts';
import type { SourceCredentials } from './request.ts';
import { accessDenied, ImportFailed, type ImportSource } from './source.ts';

/** The names people use for Docker Hub, and the host that serves its API. */
const DOCKER_HUB = ['docker.io', 'index.docker.io', 'registry.hub.docker.com'];

export function ociSource(options: {
  host: string;
  http: Http;
  credentials?: SourceCredentials;
  signal: AbortSignal;
}): ImportSource {
  const { host, http, credentials, signal } = options;
  const server = DOCKER_HUB.includes(host) ? 'registry-1.docker.io' : host;
  let scheme = 'https:';
  /** Only a token without a user name can be presented unasked. */
  let authorization = credentials && credentials.username === undefined ? `Bearer ${credentials.password}` : undefined;

  const send = async (path: string, accept: string): Promise<IncomingMessage> => {
    const headers = { accept, ...(authorization === undefined ? {} : { authorization }) };
    try {
      return await http(new URL(`${scheme}//${server}${path}`), { headers, signal });
    } catch (error) {
      if (scheme === 'http:' || !isLoopback(server) || !isPlainHttp(error)) throw unreachable(host, error);
      scheme = 'http:';
      return send(path, accept);
    }
  };
  const get = async (repository: string, path: string, accept: string): Promise<IncomingMessage> => {
    const first = await send(path, accept);
    const challenge = first.headers['www-authenticate'];
    if (first.statusCode !== 401 || challenge === undefined) return first;
    first.resume();
    const scope = `repository:${repository}:pull`;
    authorization = await authorize({ http, challenge, scope, credentials, signal });
    if (authorization === undefined) throw accessDenied(host);
    return send(path, accept);
  };

  return {
    async manifest(repository, reference) {
      const response = await get(repository, `/v2/${repository}/manifests/${reference}`, MANIFEST_TYPES.join(', '));
      const body = await readAnswer(response, MANIFEST_BYTES);
      if (response.statusCode === 404) return undefined;
      refuseStatus(response, host);
      return { bytes: body, mediaType: response.headers['content-type'] };
    },
    async blob(repository, digest) {
      const response = await get(repository, `/v2/${repository}/blobs/${digest}`, '*/*');
      if (response.statusCode !== 200) response.resume();
      refuseStatus(response, host);
      return { stream: response };
    },
  };
}

function refuseStatus({ statusCode }: IncomingMessage, host: string): void {
  if (statusCode === 200) return;
  if (statusCode === 401 || statusCode === 403) throw accessDenied(host);
  const message = `Error copying blobs: ${host} answered with status ${statusCode}.`;
  throw new ImportFailed({ code: 'InvalidParameters', message });
}

function isLoopback(server: string): boolean {
  const name = server.replace(/:\d+$/, '');
  return name === 'localhost' || name.endsWith('.localhost') || (isIP(name) === 4 && name.startsWith('127.'));
}

/** What OpenSSL says when the other side does not speak TLS. */
const isPlainHttp = (error: unknown): boolean =>
  ['EPROTO', 'ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG'].includes(
    (error as NodeJS.ErrnoException).code ?? '',
  );

const unreachable = (host: string, cause: unknown): ImportFailed =>
  new ImportFailed({
    code: 'InvalidParameters',
    message: `Error copying blobs: ${host} cannot be reached: ${cause instanceof Error ? cause.message : String(cause)}`,
    cause,
  });
