/**
 * The policy in force, as the app uses it: parsed, checked, with the settings filled in. `parse-policy.ts` makes it from the user's files.
 *
 * Secrets are still `${secret:name}` here; the activity that needs one reads it.
 */
import type { ApprovalRule } from './approvals.ts';
import type { Sandbox } from './checks/sandbox.ts';
import type { Severity, Waiver } from './checks/vulnerabilities/finding.ts';
import type { Grade } from './fast-lane.ts';
import type { FreezeWindow } from './freeze.ts';
import type { DigestReference, Host, Repository, RepositoryReference, TagReference } from './reference.ts';
import type { ConfigCheck } from './policy/config-check.ts';
import type { SignatureCheck } from './policy/signature-check.ts';

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

export type Check = ScriptCheck | ProbeCheck | TaskCheck | VulnerabilitiesCheck | ConfigCheck | SignatureCheck;

export interface ScriptCheck {
  kind: 'script';
  name: string;
  /** The bytes of the script, as text. */
  script: string;
  /** Left out: as narrow as it gets. */
  sandbox?: Sandbox;
  timeoutSeconds: number;
  /** Over kind, parameters and script bytes. A verdict counts only under the hash it was given for. */
  hash: string;
}

/** The candidate as a service, asked from beside it. */
export interface ProbeCheck {
  kind: 'probe';
  name: string;
  ask: ProbeQuestion;
  /** How long the candidate may take until it answers as asked. */
  withinSeconds: number;
  /** What it runs in place of its own command, behind its own entry point. */
  command?: string[];
  /** The image that asks, by digest; the app's own when it is left out. */
  client?: DigestReference;
  sandbox?: Sandbox;
  timeoutSeconds: number;
  hash: string;
}

/** All on the candidate's loopback. */
export type ProbeQuestion =
  | { kind: 'http'; path: string; port: number; status: number; contains?: string; matches?: string }
  | { kind: 'tcp'; port: number }
  /** A line for the shell of the client. */
  | { kind: 'run'; line: string };

/** A task file of the team's own, from git. It runs without a sandbox, which the policy has to say in so many words. */
export interface TaskCheck {
  kind: 'task';
  name: string;
  /** A git repository as ACR Tasks names it: `<url>[#<ref>[:<folder>]]`. */
  context: string;
  /** Path of the task file in it. */
  file: string;
  timeoutSeconds: number;
  /** Over kind and parameters; what git holds under a branch may change without it. */
  hash: string;
}

/** A scanner over the quarantined image, which is a file to it: nested, without a network, its database beside it. */
export interface VulnerabilitiesCheck {
  kind: 'vulnerabilities';
  name: string;
  scanner: ToolImage;
  /** After the scanner's own entry point. `{image}` and `{database}` are where the file and the database are. */
  args: string[];
  /** What it prints on its standard output. */
  format: 'trivy' | 'sarif';
  database?: {
    /** Missing: the scanner's own image holds it. */
    image?: ToolImage;
    /** Of the folder in that image. */
    path: string;
    /** Of the file in that folder that says when the data is from. */
    dated?: string;
    atMostMs?: number;
  };
  /** Which findings of a severity fail: any, or those that an update would remove. A severity that is missing, or `off`, fails nothing. */
  fail: Partial<Record<Severity, FailRule>>;
  /** A finding of this severity or a worse one fails if the current digest does not have it. */
  noWorseThanCurrent?: Severity;
  /** Those that are for this gate. */
  waivers: Waiver[];
  /** How long a verdict counts. */
  expiresMs?: number;
  timeoutSeconds: number;
  /** Over kind, parameters and waivers; not over the database, which ages. */
  hash: string;
}

export type FailRule = 'any' | 'fixable' | 'off';

/** A tool is named by digest, or is what a gate has promoted last. */
export type ToolImage = { kind: 'image'; image: DigestReference } | { kind: 'gate'; gate: string };

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
