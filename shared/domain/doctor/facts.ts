/**
 * What the doctor has looked at, before anything is made of it. The command line collects it; `diagnose.ts` judges it.
 *
 * Everything that may be out of sight is a `Seen`.
 */
import type { Policy } from '../policy.ts';
import type { Digest, Host, RepositoryReference, Tag } from '../reference.ts';
import type { Seen, Unseen } from './finding.ts';
import type { Assignment, RoleDefinition } from './roles.ts';

export interface Facts {
  /** `/subscriptions/…` */
  subscription: string;
  settings: DoctorSettings;
  policy: Policy;
  app: Seen<Identity>;
  /** What container groups pull with: by the id that the policy has. */
  pulls: Record<string, Seen<Identity>>;
  /** By object id. */
  assignments: Record<string, Seen<Assignment[]>>;
  /** Those of our own, and built-in ones of the map. */
  definitions: Seen<RoleDefinition[]>;
  /** Of every host that the policy or a setting names and that is one of this subscription; others are missing. */
  registries: Seen<Record<string, Registry>>;
  vault: Seen<Vault>;
  topic: Seen<{ id: string }>;
  /** Missing: there is none to look for. */
  storage?: Seen<{ id: string }>;
  telemetry?: Seen<{ id: string }>;
  /** The container of blobs that the policy is uploaded to; missing: it is a folder of the app. */
  policyContainer?: Seen<{ id: string }>;
  /** By app of the policy. */
  groups: Record<string, Seen<{ images: string[] }>>;
  /** By name. */
  resourceGroups: Record<string, Seen<object>>;
  /** By gate. */
  upstreams: Record<string, Answer>;
  tools: Tool[];
  health?: Seen<{ wrong: string[] }>;
  /** Where events should go, as far as it is known. */
  functionApp?: { id?: string; url?: string };
}

export interface DoctorSettings {
  quarantine: Host;
  signingKey: string;
  agentPool?: string;
}

export interface Identity {
  id: string;
  objectId: string;
}

export interface Registry {
  id: string;
  name: string;
  host: Host;
  byRepository: boolean;
  adminUser: boolean;
  anonymousPull: boolean;
  /** `true`: what is not in its network, or one of its addresses, gets nowhere. */
  closed: boolean;
  letsAzureIn: boolean;
  /** Days; missing: off. */
  retentionDays?: number;
  softDeleteDays?: number;
  tasks: Seen<Task[]>;
  subscriptions: Seen<Subscription[]>;
  /** Its system topic: Azure allows one. Missing: there is none, or it is out of sight. */
  topic?: SystemTopic;
  /** Who has a role on this very registry; asked of those that gates promote to. */
  holders?: Seen<{ objectId: string; kind: string; assignment: Assignment }[]>;
  /** Asked of quarantine alone. */
  repositories?: Seen<string[]>;
  agentPool?: Seen<object>;
}

export interface Task {
  name: string;
  enabled: boolean;
  /** Names of triggers that are on. */
  triggers: { baseImage: boolean; commits: boolean; timers: boolean };
  /** As the task has them: `node:15-alpine`, `{{.Run.Registry}}/node:{{.Run.ID}}`. */
  images: string[];
  pushes: boolean;
  /** Steps that stand in the task itself; those of a file in git are not known. */
  content?: string;
  agentPool?: string;
  /** Object id of its own identity. */
  objectId?: string;
}

export interface Subscription {
  id: string;
  name: string;
  state: string;
  destination: { kind: string; functionId?: string; url?: string };
  /** Missing: all. */
  eventTypes?: string[];
  subjectBeginsWith: string;
  subjectEndsWith: string;
  advancedFilters: number;
  /** Where what could not be delivered is written. */
  deadLetters?: DeadLetters;
}

export interface DeadLetters {
  /** Resource id. */
  container: string;
  /** With the identity of the system topic; otherwise with a key of the account. */
  asTopic: boolean;
}

export interface SystemTopic {
  id: string;
  name: string;
  /** Object id of its own identity. */
  objectId?: string;
}

export interface Vault {
  id: string;
  url: string;
  /** By name, those that the policy names. */
  secrets: Record<string, Seen<{ enabled: boolean }>>;
  key: Seen<Key>;
}

export interface Key {
  enabled: boolean;
  kind: string;
  curve?: string;
  operations: string[];
}

/** `unseen`: it was not asked, since its login could not be read. */
export type Answer = { kind: 'at' } | { kind: 'gone' } | { kind: 'unreachable'; message: string } | Unseen;

/** An image that runs beside candidates. */
export interface Tool {
  /** A setting, or where it stands in the policy. */
  named: string;
  image: RepositoryReference & { tag?: Tag; digest?: Digest };
  answer: Answer;
}
