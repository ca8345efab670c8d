/**
 * The policy in force, as the app uses it: parsed, checked, with the settings filled in. `parse-policy.ts` makes it from the user's files.
 *
 * Secrets are still `${secret:name}` here; the activity that needs one reads it.
 */
import type { ApprovalRule } from './approvals.ts';
import type { Check } from './check.ts';
import type { Grade } from './fast-lane.ts';
import type { FreezeWindow } from './freeze.ts';
import type { Host, Repository, RepositoryReference, TagReference } from './reference.ts';

export interface Policy {
  /** Hash of every file it was made from. */
  hash: string;
  gates: Record<string, Gate>;
  images: Record<string, Image>;
  apps: Record<string, App>;
  /** By public host. */
  upstreams: Record<string, { username: string; password: string }>;
  /** Not wrong, but worth a look, such as an app on an ungated base. */
  warnings: string[];
}

export interface Gate {
  name: string;
  from: TagReference;
  to: TagReference;
  /** Template of the unique tag: `{stable}`, `{run}`, `{digest12}`. */
  unique: string;
  /** `linux/amd64` and the like; one platform: its manifest is promoted, several: the index as it is. */
  platforms: string[];
  /** Platforms of an index that are promoted unchecked. */
  unchecked: string[];
  checks: Check[];
  soakMs: number;
  /** `observe`: decide, record and announce, and promote nothing. */
  mode: 'enforce' | 'observe';
  /** What becomes of a candidate that a later one has replaced upstream, or that is gone there. */
  whenReplaced: 'withdraw' | 'keep';
  /** Missing: nobody is asked. */
  approval?: ApprovalRule;
  /** When it promotes nothing: its own windows, and those at the top of its file. */
  freeze: FreezeWindow[];
  /** Who may leave the soak out: a candidate that removes findings of the current digest, of this severity or worse. */
  fastLane?: FastLane;
}

export interface FastLane {
  removes: Grade;
  /** So many more than the gate needs otherwise. */
  approvals: number;
}

export interface Image {
  name: string;
  host: Host;
  repository: Repository;
  /** Patterns with `*` of the pushed tags that count as new versions. */
  tags: string[];
  build?: {
    task: string;
    /** Name of a build argument (or file value) → gate whose promoted digest it gets. */
    pass: Record<string, string>;
  };
}

export interface App {
  name: string;
  runs: { kind: 'image'; image: string } | { kind: 'gate'; gate: string };
  /** The image the group's containers name, without tag or digest: the place where the digest goes. */
  image: RepositoryReference;
  resourceGroup: string;
  /** The parsed group file in the format of `az container create --file`; secrets as `${secret:name}`. */
  group: ContainerGroupFile;
  /** When it is not deployed: its own windows, and those at the top of its file. */
  freeze: FreezeWindow[];
  health?: { path: string; port: number; status: number; withinSeconds: number };
}

export interface ContainerGroupFile {
  name: string;
  location: string;
  properties: { containers: { name: string; properties: { image: string } & Record<string, unknown> }[] } & Record<
    string,
    unknown
  >;
  [key: string]: unknown;
}
