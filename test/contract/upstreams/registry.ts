/**
 * Plays a registry of one kind on this machine: with tokens that it has given and takes back, what is public and what is private, and blobs
 * that may lie elsewhere, at a place that refuses whoever brings a token (as the storage of Azure does).
 */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import {
  digest as digestSchema,
  parseReference,
  tag as tagSchema,
  type Digest,
  type DigestReference,
  type TagReference,
} from '../../../shared/domain/reference.ts';
import { fallbackTag } from '../../../shared/domain/referrers.ts';
import { startWire, type Answer, type Wire, type WireRequest } from '../azure/wire.ts';
import type { RegistryKind } from './kind.ts';

export interface PlayedRegistry {
  /** `host/repository:tag` of the public image, and of the private one. */
  public: TagReference;
  private: TagReference;
  /** The public image by its digest, a blob of it, and what is attached to it. */
  image: DigestReference;
  bytes: Buffer;
  blob: DigestReference;
  referrer: Digest;
  /** Of registry, token server and storage. `GET /v2/…`, without the query. */
  asked(): string[];
  /** To the token server alone. */
  tokenRequests(): { authorization: string | undefined; query: Record<string, string> }[];
  /** To everything but the token server. */
  otherAuthorizations(): string[];
  storageRequests(): WireRequest[];
  forgetRequests(): void;
  /** No token that was given counts any more. */
  takeBackTokens(): void;
  /** Answers everything so, until it is given nothing. */
  throttle(answer?: Answer): void;
  close(): Promise<void>;
}

const INDEX = 'application/vnd.oci.image.index.v1+json';
const hash = (bytes: Buffer): Digest =>
  digestSchema.parse(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);

export async function playRegistry(kind: RegistryKind): Promise<PlayedRegistry> {
  const { tokens } = kind;
  const bytes = Buffer.from(`{ "schemaVersion": 2, "mediaType": "${INDEX}", "manifests": [] }\n`);
  const blob = Buffer.from('a layer');
  const [subject, referrer] = [hash(bytes), hash(Buffer.from('a signature'))];
  const attached = Buffer.from(
    JSON.stringify({ manifests: [{ mediaType: 'text/plain', digest: referrer, size: 1, artifactType: 'text/sig' }] }),
  );
  const manifests: Record<string, Buffer> = { stable: bytes, [subject]: bytes };
  if (kind.referrers === 'tagged') manifests[fallbackTag(subject)] = attached;

  const given = new Map<string, { repository: string; loggedIn: boolean }>();
  let throttled: Answer | undefined;
  let count = 0;
  const hidden = `${kind.repository}-hidden`;

  const giveToken = ({ path, headers }: WireRequest): Answer => {
    const query = Object.fromEntries(new URL(path, 'http://registry').searchParams);
    const repository = [kind.repository, hidden].find((one) => isDeepStrictEqual({ ...tokens?.query(one) }, query));
    if (!tokens || repository === undefined) return { status: 400, body: { said: query } };
    const { login, stranger } = tokens;
    const basic = `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`;
    const loggedIn = headers.authorization === basic;
    if (headers.authorization !== undefined && !loggedIn) return { status: 401 };
    if (!loggedIn && repository === hidden && stranger !== 'a token') return stranger;
    count += 1;
    const token = tokens.token?.(count) ?? `opaque-${count}`;
    given.set(token, { repository, loggedIn });
    return { status: 200, body: tokens.answer(token) };
  };

  const storage = await startWire({
    otherwise: ({ headers }) =>
      headers.authorization === undefined
        ? { status: 200, body: blob }
        : { status: 400, body: 'InvalidAuthentication' },
  });
  const tokenServer = tokens?.elsewhere ? await startWire({ otherwise: giveToken }) : undefined;
  const registry: Wire = await startWire({ otherwise: (request) => answerTo(request) });

  const challenge = (repository: string): Answer => {
    const realm = `${tokenServer?.url ?? registry.url}${tokens?.path}`;
    return { status: 401, headers: { 'WWW-Authenticate': tokens?.challenge({ realm, repository }) ?? '' } };
  };

  function answerTo(request: WireRequest): Answer {
    const path = request.path.split('?')[0] ?? '';
    if (throttled) return throttled;
    if (path === tokens?.path && !tokenServer) return giveToken(request);
    const [, repository = '', what, reference = ''] =
      /^\/v2\/(.+)\/(manifests|blobs|referrers)\/([^/]+)$/.exec(path) ?? [];
    return refusal(request, repository) ?? contentOf(what, decodeURIComponent(reference));
  }

  function refusal({ headers: { authorization } }: WireRequest, repository: string): Answer | undefined {
    const isPublic = repository === kind.repository;
    if (!tokens || kind.open === 'everything') return undefined;
    if (authorization === undefined) {
      return kind.open === 'what is public' && isPublic ? undefined : challenge(repository);
    }
    const token = given.get(authorization.replace(/^Bearer /, ''));
    if (!token) return tokens.stale === 'the challenge' ? challenge(repository) : tokens.stale;
    return isPublic || token.loggedIn ? undefined : challenge(repository);
  }

  function contentOf(what: string | undefined, reference: string): Answer {
    const manifest = what === 'manifests' ? manifests[reference] : undefined;
    if (manifest) {
      return {
        status: 200,
        headers: { 'Content-Type': INDEX, 'Docker-Content-Digest': hash(manifest) },
        body: manifest,
      };
    }
    if (what === 'referrers' && kind.referrers === 'listed') {
      return { status: 200, headers: { 'Content-Type': INDEX }, body: attached };
    }
    if (what === 'blobs' && reference === hash(blob)) {
      return kind.blobs === 'here'
        ? { status: 200, body: blob }
        : { status: 307, headers: { Location: `${storage.url}/some/where?sig=signed` } };
    }
    return { status: 404, body: kind.absent };
  }

  const wires = [registry, storage, ...(tokenServer ? [tokenServer] : [])];
  const { host, repository } = parseReference(`${registry.host}/${kind.repository}`);
  const isForToken = ({ path }: WireRequest) => path.split('?')[0] === tokens?.path;
  const all = () => wires.flatMap(({ requests }) => requests);
  const stable = tagSchema.parse('stable');

  return {
    public: { host, repository, tag: stable },
    private: { ...parseReference(`${registry.host}/${hidden}`), tag: stable },
    image: { host, repository, digest: subject },
    bytes,
    blob: { host, repository, digest: hash(blob) },
    referrer,
    asked: () => all().map(({ method, path }) => `${method} ${path.split('?')[0]}`),
    tokenRequests: () =>
      all()
        .filter(isForToken)
        .map(({ path, headers }) => ({
          authorization: headers.authorization,
          query: Object.fromEntries(new URL(path, 'http://registry').searchParams),
        })),
    otherAuthorizations: () =>
      all()
        .filter((request) => !isForToken(request))
        .flatMap(({ headers }) => headers.authorization ?? []),
    storageRequests: () => storage.requests,
    forgetRequests() {
      for (const { requests } of wires) requests.length = 0;
    },
    takeBackTokens: () => given.clear(),
    throttle(answer) {
      throttled = answer;
    },
    close: async () => void (await Promise.all(wires.map((wire) => wire.close()))),
  };
}
