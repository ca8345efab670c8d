/** Logs and uploads as files, with what Azure Storage says about a blob. Only this service makes blobs, so names are known to be good. */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Clock } from '../../clock.ts';
import type { Collection, Store } from '../store.ts';

/** Of every URL: `/acrtasks/<container>/<blob>`. */
export const ACCOUNT = 'acrtasks';

export interface BlobRecord {
  type: 'AppendBlob' | 'BlockBlob';
  createdAt: number;
  modifiedAt: number;
  etag: string;
  metadata: Record<string, string>;
}

export interface AppendBlob {
  append(text: string): void;
  setMetadata(metadata: Record<string, string>): void;
}

export interface BlobStore {
  /** `path`: `<container>/<blob>`. */
  find(path: string): BlobRecord | undefined;
  file(path: string): string;
  bytes(path: string): number;
  /** Makes the blob, empty, or opens it as it is. */
  openAppend(path: string): AppendBlob;
  /** Records a blob whose file has been written. */
  recordBlock(path: string): BlobRecord;
  sign(path: string, options: { permission: 'r' | 'cw'; validMs: number }): URLSearchParams;
  /** Why a request is not allowed; `undefined`: it is. */
  refusal(path: string, query: URLSearchParams, permission: 'r' | 'w'): string | undefined;
  /** Removes blobs of that kind that are older. */
  prune(type: BlobRecord['type'], olderThanMs: number): void;
}

export function openBlobStore(options: { directory: string; store: Store; clock: Clock }): BlobStore {
  const { directory, store, clock } = options;
  const blobs: Collection<BlobRecord> = store.collection('acr-blobs');
  const key = signingKey(store);
  // A name has slashes, and a log and a folder may not get the same path: so one flat file for each.
  const file = (path: string) => join(directory, encodeURIComponent(path));
  const touch = (path: string, change: Partial<BlobRecord>): BlobRecord => {
    const now = clock.now();
    const known = blobs.get(path) ?? { type: 'BlockBlob', createdAt: now, metadata: {} };
    const etag = `"0x${randomBytes(8).toString('hex').toUpperCase()}"`;
    const record = { ...known, modifiedAt: now, etag, ...change };
    blobs.put(path, record);
    return record;
  };
  const signature = (path: string, permission: string, expiry: string) =>
    createHmac('sha256', key).update(`${permission}\n${expiry}\n/${ACCOUNT}/${path}`).digest('base64');

  return {
    file,
    find: (path) => (existsSync(file(path)) ? blobs.get(path) : undefined),
    bytes: (path) => statSync(file(path)).size,
    openAppend(path) {
      mkdirSync(dirname(file(path)), { recursive: true });
      if (!existsSync(file(path))) writeFileSync(file(path), '');
      touch(path, { type: 'AppendBlob' });
      return {
        append: (text) => (appendFileSync(file(path), text), void touch(path, {})),
        setMetadata: (metadata) => void touch(path, { metadata }),
      };
    },
    recordBlock: (path) => touch(path, { type: 'BlockBlob' }),
    sign(path, { permission, validMs }) {
      const expiry = new Date(clock.now() + validMs).toISOString();
      const sig = signature(path, permission, expiry);
      return new URLSearchParams({ sv: '2024-11-04', se: expiry, sr: 'b', sp: permission, sig });
    },
    refusal(path, query, permission) {
      const granted = query.get('sp') ?? '';
      const expiry = query.get('se') ?? '';
      const given = Buffer.from(query.get('sig') ?? '');
      const right = Buffer.from(signature(path, granted, expiry));
      if (given.length !== right.length || !timingSafeEqual(given, right))
        return 'the signature is not ours for this blob';
      if (!(Date.parse(expiry) > clock.now())) return `the link was valid until ${expiry}`;
      return granted.includes(permission) ? undefined : `the link gives "${granted}", not "${permission}"`;
    },
    prune(type, olderThanMs) {
      for (const { key: path, value } of blobs.entries()) {
        if (value.type !== type || value.modifiedAt >= clock.now() - olderThanMs) continue;
        rmSync(file(path), { force: true });
        blobs.delete(path);
      }
    },
  };
}

function signingKey(store: Store): string {
  const keys = store.collection<string>('acr-blob-keys');
  const key = keys.get('signing') ?? randomBytes(32).toString('base64');
  keys.put('signing', key);
  return key;
}

/** Each registry has a container of its own; its name does not tell the registry's, as in Azure. */
export const containerOf = (registry: string): string =>
  `container-${createHash('sha256').update(registry.toLowerCase()).digest('hex').slice(0, 32)}`;
export const logPath = (registry: string, runId: string): string =>
  `${containerOf(registry)}/logs/${runId}/rawtext.log`;
