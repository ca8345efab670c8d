/**
 * Image references: `host/repository:tag`, `host/repository@digest`.
 *
 * Branded, so that a digest is never taken for a tag, and made only by parsing. The grammar is that of the OCI distribution
 * specification 1.1 (repository and tag) and of the Docker reference rules (host, `docker.io/library/…`).
 */
import { z } from 'zod';

export const digest = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, 'not a digest: expected sha256: and 64 hex digits')
  .brand<'Digest'>();
export type Digest = z.infer<typeof digest>;

export const tag = z
  .string()
  .regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/, 'not a tag: letters, digits, "_", "." and "-", 128 at most')
  .brand<'Tag'>();
export type Tag = z.infer<typeof tag>;

export const repository = z
  .string()
  .max(255, 'not a repository: 255 characters at most')
  .regex(
    /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/,
    'not a repository: lower-case letters and digits, separated by ".", "_", "-" or "/"',
  )
  .brand<'Repository'>();
export type Repository = z.infer<typeof repository>;

/** `registry.example.com` or `localhost:5001`, in lower case. */
export const host = z
  .string()
  .max(255, 'not a registry host: 255 characters at most')
  .regex(
    /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*(?::[0-9]{1,5})?$/,
    'not a registry host: a DNS name in lower case, and ":port" if need be',
  )
  .refine((text) => Number(text.split(':')[1] ?? 443) <= 65_535, 'not a registry host: a port is 65535 at most')
  .brand<'Host'>();
export type Host = z.infer<typeof host>;

export interface RepositoryReference {
  host: Host;
  repository: Repository;
}
export interface TagReference extends RepositoryReference {
  tag: Tag;
}
export interface DigestReference extends RepositoryReference {
  digest: Digest;
}
export type Reference = TagReference | DigestReference;

export class BadReference extends Error {
  readonly code = 'BadReference';
  readonly text: string;
  readonly problem: string;

  constructor(text: string, problem: string) {
    super(`"${text}" is not an image reference: ${problem}`);
    this.text = text;
    this.problem = problem;
  }
}

/** Parses `host/repository`, with `:tag` or `@digest` or neither. Throws `BadReference`. */
export function parseReference(text: string): RepositoryReference & { tag?: Tag; digest?: Digest } {
  const [name, digestText, ...more] = text.split('@');
  if (name === undefined || more.length > 0) throw new BadReference(text, 'more than one "@"');
  const slash = name.indexOf('/');
  if (slash < 0)
    throw new BadReference(
      text,
      'the registry host is missing; write host/repository:tag, such as docker.io/library/node:22',
    );
  const hostText = name.slice(0, slash);
  if (!looksLikeHost(hostText)) {
    throw new BadReference(text, `"${hostText}" is no registry host; write docker.io/${name} if it is on Docker Hub`);
  }
  const rest = name.slice(slash + 1);
  const colon = rest.indexOf(':');
  const parsedHost = dockerHub(part(text, host, hostText));
  const path = part(text, repository, colon < 0 ? rest : rest.slice(0, colon));
  return {
    host: parsedHost,
    repository: parsedHost === DOCKER_HUB && !path.includes('/') ? part(text, repository, `library/${path}`) : path,
    ...(colon < 0 ? {} : { tag: part(text, tag, rest.slice(colon + 1)) }),
    ...(digestText === undefined ? {} : { digest: part(text, digest, digestText) }),
  };
}

/** Parses a host alone. Throws `BadReference`. */
export function parseHost(text: string): Host {
  if (!looksLikeHost(text)) throw new BadReference(text, `"${text}" is no registry host, such as docker.io`);
  return dockerHub(part(text, host, text));
}

export function parseTagReference(text: string): TagReference {
  const { tag, digest, ...rest } = parseReference(text);
  if (digest) throw new BadReference(text, 'a digest never changes; name a tag');
  if (!tag) throw new BadReference(text, `the tag is missing; write ${text}:tag`);
  return { ...rest, tag };
}

/** The digest, when there is one, and then no tag: a tag beside a digest says nothing. */
export const formatReference = (reference: RepositoryReference & { tag?: Tag; digest?: Digest }): string =>
  `${reference.host}/${reference.repository}${reference.digest ? `@${reference.digest}` : reference.tag ? `:${reference.tag}` : ''}`;

export const sameRepository = (a: RepositoryReference, b: RepositoryReference): boolean =>
  a.host === b.host && a.repository === b.repository;

/**
 * Whether the image of a container is of this repository, whatever its tag or digest. A sidecar may be named in Docker's short form
 * (`redis:8`), which is no reference here and so of no repository of ours.
 */
export function isImageOf(repository: RepositoryReference, imageText: string): boolean {
  try {
    return sameRepository(parseReference(imageText), repository);
  } catch (error) {
    if (error instanceof BadReference) return false;
    throw error;
  }
}

/** The first 12 hex digits: for people and tags, never for keys. */
export const shortDigest = (value: Digest): string => value.slice('sha256:'.length, 'sha256:'.length + 12);

/** Without a dot or a port a first part is a Docker Hub account, and `node/x` must not become a host "node". */
const looksLikeHost = (text: string): boolean => /[.:]/.test(text) || text === 'localhost';

const DOCKER_HUB = 'docker.io' as Host;
/** Docker's own rule: `index.docker.io` is another name of it, and `docker.io/node` is short for `docker.io/library/node`. */
const dockerHub = (parsed: Host): Host => (parsed === 'index.docker.io' ? DOCKER_HUB : parsed);

function part<S extends z.ZodType>(text: string, schema: S, value: string): z.output<S> {
  const result = schema.safeParse(value);
  if (!result.success) throw new BadReference(text, `"${value}" is ${result.error.issues[0]?.message ?? 'not valid'}`);
  return result.data;
}
