/** The checks that a policy can ask, one type for each kind. What each means: `docs/checks/`. */
import type { Sandbox } from './checks/sandbox.ts';
import type { Severity, Waiver } from './checks/vulnerabilities/finding.ts';
import type { DigestReference, RepositoryReference } from './reference.ts';
import type { ExpectedIdentity } from './signatures/identity.ts';

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

/** What an image says of itself, asked in process. */
export interface ConfigCheck {
  kind: 'config';
  name: string;
  /** That the upstream has to offer. */
  platforms?: string[];
  /** Of all layers of a platform, compressed. */
  mostBytes?: number;
  user?: 'not-root' | string[];
  /** That may be exposed, such as `8080/tcp`. */
  ports?: string[];
  /** Values are patterns with `*`. */
  labels?: Record<string, string>;
  entrypoint?: string[];
  command?: string[];
  /** Gates; it stands on the layers of something that one of them promoted. */
  bases?: string[];
  /** The type of an OCI artifact that is no image. */
  artifact?: string;
  /** Of the manifest; values are patterns with `*`. */
  annotations?: Record<string, string>;
  /** Over kind and parameters. */
  hash: string;
}

/** Who has to have signed it, asked in process. */
export interface SignatureCheck {
  kind: 'signature';
  name: string;
  mode: 'required' | 'if-present' | 'off';
  /** `allowed`: what has no signature yet is asked again before it fails, since a signature is made after the push. */
  late: 'allowed' | 'refused';
  /** One of them, or one of the identities, has to have signed. */
  keys: { path: string; pem: string }[];
  identities: ExpectedIdentity[];
  /** The text of `trusted_root.json`; there where there are identities. */
  trustRoot?: string;
  /** The repository that the signature has to name. */
  reference?: RepositoryReference;
  /** Over kind and parameters, with the bytes of the files. */
  hash: string;
}
