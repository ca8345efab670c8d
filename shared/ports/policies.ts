/** The policy in force, and where it is read. */
import type { Policy } from '../domain/policy.ts';
import type { PolicyFile } from '../domain/policy/policy-files.ts';

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
