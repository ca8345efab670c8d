/**
 * The data plane of a registry of ours, on the registries of the tests: manifests and blobs by `/v2`, tags and locks by `/acr/v1`.
 *
 * A token opens one repository for what it was asked for, as in Azure, so that the SDK's clients answer as many challenges as they do there.
 */
import {
  host as hostSchema,
  parseTagReference,
  repository,
  digest as digestSchema,
} from '../../shared/domain/reference.ts';
import type { Host, Repository, TagReference } from '../../shared/domain/reference.ts';
import type { FakeRegistries } from '../../test/fakes/registries.ts';
import { digestOf } from '../../test/fakes/images.ts';
import { notBuilt, notFound, type Answer, type Asked, type Service } from './answer.ts';

const TOKEN_SECONDS = 3 * 3600;
const BLOB_BYTES = 4 * 1024 * 1024;
const CREATED = '2026-01-05T08:00:00.000Z';
const ATTRIBUTES = { deleteEnabled: true, writeEnabled: true, readEnabled: true, listEnabled: true };

export function zeroLatencyRegistry(registries: FakeRegistries): Service {
  return async (asked) => {
    const { url, method } = asked;
    if (url.pathname === '/oauth2/exchange') return { status: 200, body: { refresh_token: refreshToken() } };
    if (url.pathname === '/oauth2/token') {
      return { status: 200, body: { access_token: new URLSearchParams(asked.text()).get('scope') ?? '' } };
    }
    const place = /^\/(v2|acr\/v1)\/(.+)\/(_tags|_manifests|manifests|referrers|blobs)\/([^/]+(?:\/[^/]+)?)\/?$/.exec(
      decodeURIComponent(url.pathname),
    );
    if (!place) return notBuilt(asked);
    const [, , name, kind = '', reference = ''] = place;
    const at = { host: hostSchema.parse(url.host), repository: repository.parse(name) };
    const challenge = challengeFor(asked, at, kind);
    if (challenge) return challenge;
    switch (`${method} ${kind}`) {
      case 'GET _tags':
        return tagProperties(at, reference, await registries.digestOf(tagReference(at, reference)));
      case 'PATCH _tags':
        await registries.lockTag(tagReference(at, reference));
        return tagProperties(at, reference, await registries.digestOf(tagReference(at, reference)));
      case 'PATCH _manifests':
        return protect(registries, at, reference);
      case 'GET manifests':
        return readManifest(registries, at, reference);
      case 'PUT manifests':
        return putManifest(registries, at, reference, asked);
      case 'GET referrers':
        return listReferrers(registries, at, reference);
      case 'POST blobs':
        return { status: 202, headers: { location: `/v2/${name}/blobs/uploads/one` } };
      case 'PATCH blobs':
        await registries.uploadBlob(at, new TextEncoder().encode(asked.text()));
        return { status: 202, headers: { location: `/v2/${name}/blobs/uploads/one` } };
      case 'PUT blobs':
        return { status: 201, headers: { 'docker-content-digest': url.searchParams.get('digest') ?? '' } };
      case 'GET blobs':
        return readBlob(registries, at, reference);
      default:
        return notBuilt(asked);
    }
  };
}

interface Place {
  host: Host;
  repository: Repository;
}

/** `undefined`: the token that came with it opens this repository for this. The tokens here are their own scope. */
function challengeFor({ method, header }: Asked, { host, repository: name }: Place, kind: string): Answer | undefined {
  const reads = method === 'GET';
  const actions = kind.startsWith('_') ? (reads ? 'metadata_read' : 'metadata_write') : reads ? 'pull' : 'push,pull';
  const [, held = '', allowed = ''] = /^Bearer repository:([^:]+):(.+)$/.exec(header('authorization') ?? '') ?? [];
  if (held === name && actions.split(',').every((action) => allowed.split(',').includes(action))) return undefined;
  const parameters = `realm="https://${host}/oauth2/token",service="${host}",scope="repository:${name}:${actions}"`;
  return {
    status: 401,
    headers: { 'www-authenticate': `Bearer ${parameters}` },
    body: { errors: [{ code: 'UNAUTHORIZED', message: 'authentication required' }] },
  };
}

const tagReference = ({ host, repository: name }: Place, tag: string): TagReference =>
  parseTagReference(`${host}/${name}:${tag}`);

function tagProperties({ host, repository: name }: Place, tag: string, digest: string | undefined): Answer {
  if (!digest) return notFound('TAG_UNKNOWN');
  const properties = { name: tag, digest, createdTime: CREATED, lastUpdateTime: CREATED, signed: false };
  return {
    status: 200,
    body: { registry: host, imageName: name, tag: { ...properties, changeableAttributes: ATTRIBUTES } },
  };
}

async function protect(registries: FakeRegistries, at: Place, reference: string): Promise<Answer> {
  const digest = digestSchema.parse(reference);
  await registries.protectManifest({ ...at, digest });
  const manifest = { digest, createdTime: CREATED, lastUpdateTime: CREATED, changeableAttributes: ATTRIBUTES };
  return { status: 200, body: { registry: at.host, imageName: at.repository, manifest } };
}

async function readManifest(registries: FakeRegistries, at: Place, reference: string): Promise<Answer> {
  const manifest = await registries.manifest({ ...at, digest: digestSchema.parse(reference) });
  if (!manifest) return notFound('MANIFEST_UNKNOWN');
  const headers = { 'content-type': manifest.mediaType, 'docker-content-digest': manifest.digest };
  return { status: 200, headers, body: manifest.bytes };
}

async function putManifest(registries: FakeRegistries, at: Place, reference: string, asked: Asked): Promise<Answer> {
  const bytes = new TextEncoder().encode(asked.text());
  const digest = digestOf(bytes);
  const manifest = { digest, mediaType: asked.header('content-type') ?? '', bytes };
  if (reference === digest) await registries.putUntagged(at, manifest);
  else if ((await registries.putManifest(tagReference(at, reference), manifest)) === 'locked')
    return { status: 405, body: { errors: [{ code: 'DENIED', message: 'the tag is locked' }] } };
  return { status: 201, headers: { 'docker-content-digest': digest } };
}

async function listReferrers(registries: FakeRegistries, at: Place, reference: string): Promise<Answer> {
  const referrers = await registries.referrers({ ...at, digest: digestSchema.parse(reference) });
  const mediaType = 'application/vnd.oci.image.index.v1+json';
  return {
    status: 200,
    headers: { 'content-type': mediaType },
    body: { schemaVersion: 2, mediaType, manifests: referrers },
  };
}

async function readBlob(registries: FakeRegistries, at: Place, reference: string): Promise<Answer> {
  const body = await registries.blob({ ...at, digest: digestSchema.parse(reference) }, { mostBytes: BLOB_BYTES });
  if (typeof body === 'string') return notFound('BLOB_UNKNOWN');
  return {
    status: 200,
    headers: { 'content-type': 'application/octet-stream', 'docker-content-digest': reference },
    body,
  };
}

function refreshToken(): string {
  const text = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${text({ alg: 'none' })}.${text({ exp: Math.floor(Date.now() / 1000) + TOKEN_SECONDS })}.signature`;
}
