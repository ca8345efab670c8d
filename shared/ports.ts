/**
 * What the activities need from the world, in the product's words.
 *
 * `shared/azure` implements these on the real SDK clients; tests use plain objects. Expected answers are values (`undefined` for
 * "not there", unions for refusals); what is thrown is trouble with a service and may be retried.
 */
import type { Policy } from './domain/policy.ts';
import type { PolicyFile } from './domain/policy/policy-files.ts';
import type {
  Digest,
  DigestReference,
  Host,
  Repository,
  RepositoryReference,
  Tag,
  TagReference,
} from './domain/reference.ts';

export interface Ports {
  ledger: Ledger;
  upstreams: Upstreams;
  registries: Registries;
  runs: Runs;
  groups: ContainerGroups;
  secrets: Secrets;
  signing: Signing;
  announcements: Announcements;
  policies: Policies;
  probes: Probes;
  reports: Reports;
}

// ---- ledger --------------------------------------------------------------------------------------------------------------------

export type Table = 'gates' | 'images' | 'lineage' | 'journal' | 'policies';

export interface Row {
  key: string;
  etag: string;
  /** Rows of things still at work. The look reads these and never the settled past. */
  open: boolean;
  schema: number;
  data: unknown;
}

export type Change =
  /** `ifMatch`: an ETag, `new` (must not exist), or `any` (insert or replace). */
  | { kind: 'put'; key: string; ifMatch: string; open: boolean; schema: number; data: unknown }
  /** `ifMatch`: `any` (it must be there), or an ETag, and then it is the only change: Table Storage's client drops it from a transaction. */
  | { kind: 'delete'; key: string; ifMatch: string };

export interface Ledger {
  get(table: Table, partition: string, key: string): Promise<Row | undefined>;
  /** All rows of a partition, or only the open ones; in the order of their keys, `from` included and `to` not. */
  rows(table: Table, partition: string, options?: { openOnly?: boolean; from?: string; to?: string }): Promise<Row[]>;
  /** One transaction: all or nothing, at most 100 changes. `conflict`: some row was not as `ifMatch` said, and nothing was written. */
  write(table: Table, partition: string, changes: Change[]): Promise<'written' | 'conflict'>;
}

// ---- registries ----------------------------------------------------------------------------------------------------------------

export interface Credentials {
  username: string;
  password: string;
}

export interface Manifest {
  digest: Digest;
  mediaType: string;
  /** The exact bytes; the digest is theirs. */
  bytes: Uint8Array;
}

export type Sighted = { kind: 'at'; digest: Digest } | { kind: 'gone' } | { kind: 'unreachable'; message: string };

/** Registries that are not ours, by the OCI distribution API. */
export interface Upstreams {
  /** One HEAD once a token is held. Never throws for an answer of the registry. */
  look(upstream: TagReference, credentials?: Credentials): Promise<Sighted>;
  /** `undefined`: not there. */
  manifest(image: DigestReference, credentials?: Credentials): Promise<Manifest | undefined>;
  /** What is attached to it, by the referrers API or its fallback tag, as far as it is read; cosign's own tags are found by `look`. */
  referrers(image: DigestReference, credentials?: Credentials): Promise<{ referrers: Referrer[]; more: boolean }>;
}

export interface TagInfo {
  tag: Tag;
  digest: Digest;
  /** Epoch milliseconds, the registry's own clock. */
  updatedAt: number;
}

export interface ManifestInfo {
  digest: Digest;
  /** Epoch milliseconds, the registry's own clock. */
  createdAt: number;
}

/** Something that is attached to an image, such as a signature. Both are only what the registry lists: the manifest says what it is. */
export interface Referrer {
  digest: Digest;
  artifactType?: string;
}

export type Imported = { kind: 'imported' } | { kind: 'tag-exists' };

/** Registries of ours: Azure Container Registry, management and data plane. `host` is the login server. */
export interface Registries {
  digestOf(image: TagReference): Promise<Digest | undefined>;
  manifest(image: DigestReference): Promise<Manifest | undefined>;
  /** A small JSON blob, such as an image's configuration. */
  json(image: DigestReference): Promise<unknown>;
  /** The bytes of a small blob, such as a signature. */
  blob(image: DigestReference, options: { mostBytes: number }): Promise<Uint8Array | 'too-large' | 'missing'>;
  /** What is attached to an image, of one type or of any. Throws when it is more than anybody would read. */
  referrers(image: DigestReference, artifactType?: string): Promise<Referrer[]>;
  tags(repository: RepositoryReference): Promise<TagInfo[]>;
  /** PUTs the manifest under the tag; `locked` when the tag may not be moved. Synchronous, and it respects locks (an import does not). */
  putManifest(image: TagReference, manifest: Manifest): Promise<'put' | 'locked'>;
  /** Uploads a small blob; answers its digest. One that is there already is as good. */
  uploadBlob(repository: RepositoryReference, bytes: Uint8Array): Promise<Digest>;
  /** PUTs the manifest without a tag, such as a referrer. */
  putUntagged(repository: RepositoryReference, manifest: Manifest): Promise<void>;
  /** The tag can no longer be moved or deleted. */
  lockTag(image: TagReference): Promise<void>;
  /** The manifest can no longer be deleted; referrers may still be attached. */
  protectManifest(image: DigestReference): Promise<void>;
  /** Undoes `protectManifest`. One that is not there is as good. */
  unprotectManifest(image: DigestReference): Promise<void>;
  /** With the tags that name it and the referrers attached to it. One that is not there is as good; `locked`: it may not be deleted. */
  deleteManifest(image: DigestReference): Promise<'deleted' | 'locked'>;
  /** Every manifest of a repository, those without a tag too; none when there is no such repository. */
  manifests(repository: RepositoryReference): Promise<ManifestInfo[]>;
  /**
   * Copies by digest, NoForce; without `tag` the copy is untagged. `from.credentials` for a registry that is not ours.
   * Throws what may be transient, and after `deadlineSeconds`.
   */
  import(request: {
    from: DigestReference & { ours: boolean; credentials?: Credentials };
    to: RepositoryReference & { tag?: Tag };
    deadlineSeconds: number;
  }): Promise<Imported>;
}

// ---- runs ----------------------------------------------------------------------------------------------------------------------

export type RunState = 'running' | 'succeeded' | 'failed' | 'canceled' | 'error' | 'timeout';

export interface Run {
  runId: string;
  state: RunState;
  /** Epoch milliseconds. */
  finishedAt?: number;
  outputs: { repository: Repository; tag?: Tag; digest: Digest }[];
  message?: string;
}

/** ACR Tasks. `host`: the login server of the registry that runs it. */
export interface Runs {
  /** Uploads the files and schedules a run of `taskFile` (a path among them). Not idempotent: each call is a new run. */
  startQuickRun(request: {
    host: Host;
    files: { path: string; content: Uint8Array; executable?: boolean }[];
    taskFile: string;
    values: { name: string; value: string; secret: boolean }[];
    timeoutSeconds: number;
  }): Promise<{ runId: string }>;
  /**
   * Schedules a run of a task file that is in a git repository: `source` is `<url>[#<ref>[:<folder>]]`, `file` a path in it. Not idempotent
   * either.
   */
  startFileRun(request: {
    host: Host;
    source: string;
    file: string;
    values: { name: string; value: string; secret: boolean }[];
    timeoutSeconds: number;
  }): Promise<{ runId: string }>;
  /** Runs an existing task with arguments (a Docker step) or values (a file step). `missing`: there is no such task. */
  startTask(request: {
    host: Host;
    task: string;
    pass: Record<string, string>;
  }): Promise<{ kind: 'started'; runId: string } | { kind: 'missing' }>;
  run(request: { host: Host; runId: string }): Promise<Run | undefined>;
  /** `complete` is false while more may come. */
  log(request: { host: Host; runId: string }): Promise<{ text: string; complete: boolean }>;
  cancel(request: { host: Host; runId: string }): Promise<void>;
  task(request: { host: Host; task: string }): Promise<{ followsBaseImage: boolean } | undefined>;
}

// ---- container groups ----------------------------------------------------------------------------------------------------------

export interface GroupReference {
  resourceGroup: string;
  name: string;
}

export interface Group {
  /** `Succeeded`, `Failed`, or anything else while it is in transition. */
  provisioning: string;
  /** `Running`, `Stopped`, `Failed`, …, as Azure says it. */
  state?: string;
  ip?: string;
  fqdn?: string;
  containers: { name: string; image: string; state?: string; detail?: string; restarts: number }[];
  /** The newest last; what a person reads when it will not start. */
  events: string[];
}

export interface ContainerGroups {
  read(group: GroupReference): Promise<Group | undefined>;
  /** Starts a PUT of the whole specification and does not wait for it. */
  put(
    group: GroupReference,
    specification: object,
  ): Promise<{ kind: 'accepted' } | { kind: 'refused'; code: string; message: string }>;
}

// ---- the rest ------------------------------------------------------------------------------------------------------------------

export interface Secrets {
  /** `undefined`: there is no such secret, or it is disabled. */
  read(name: string, version?: string): Promise<{ value: string; version: string } | undefined>;
}

/** One version of the key that promotion records are signed with. */
export interface SigningKey {
  /** As the vault names it, with the version. */
  id: string;
  version: string;
  /** SPKI, PEM. */
  publicKey: string;
}

/** The signing key: EC P-256; its private part never leaves the vault. */
export interface Signing {
  /** Every version that counts, the newest first; none when there is no such key, or every version is disabled. */
  keys(): Promise<SigningKey[]>;
  /** ECDSA over SHA-256, in ASN.1 DER. */
  sign(key: SigningKey, bytes: Uint8Array): Promise<Uint8Array>;
}

/** CloudEvents to the announcement topic. `id` makes a repetition recognisable. */
export interface Announcements {
  announce(event: {
    id: string;
    type: AnnouncementType;
    subject: string;
    data: Record<string, unknown>;
  }): Promise<void>;
}
export type AnnouncementType =
  | 'sighted'
  | 'waiting'
  | 'promoted'
  | 'rejected'
  | 'failed'
  | 'buildFailed'
  | 'deployed'
  | 'rolledBack'
  | 'held'
  | 'unhealthy'
  | 'observed'
  | 'driftFound'
  | 'recalled'
  | 'recallLifted'
  | 'recallProposed'
  | 'policyRefused';

export interface Policies {
  /**
   * The policy in force: the newest valid one. `problems` when a newer one is invalid, and then `refused` is the hash of its files; no `policy`
   * when there never was a valid one.
   */
  current(): Promise<{ policy?: Policy; problems: string[]; refused?: string }>;
}

/** Where the policy is edited: a folder, or what was uploaded of one. */
export interface PolicyReader {
  /** All files as of one moment. Asked in every round, so an answer that has not changed costs next to nothing. */
  read(): Promise<PolicyRead>;
}

/** The same `version` is the same content. `malformed`: something is there that no policy can be read from. */
export type PolicyRead =
  | { kind: 'files'; version: string; files: PolicyFile[] }
  | { kind: 'malformed'; version: string; problem: string }
  | { kind: 'unreadable'; problem: string };

export interface Probes {
  /** One GET; `status` of the answer, or why there was none. */
  get(url: string, options: { timeoutSeconds: number }): Promise<{ status: number } | { problem: string }>;
}

/** What a check found, for people: too large for the ledger. */
export interface Reports {
  /** JSON under a key of letters, digits, `-`, `_`, `.` and `/`. What is there already is replaced. */
  put(key: string, report: object): Promise<void>;
  /** `undefined`: not there (any more). */
  get(key: string): Promise<unknown>;
}
