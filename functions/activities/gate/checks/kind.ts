/** What each kind of check does to the world: a run that is watched, or a question that the app answers itself. */
import type { Judgement } from '../../../../shared/domain/checks/judgement.ts';
import type { Removed } from '../../../../shared/domain/fast-lane.ts';
import type { Check } from '../../../../shared/domain/check.ts';
import type { Gate } from '../../../../shared/domain/policy.ts';
import type { Digest, DigestReference } from '../../../../shared/domain/reference.ts';
import type { CandidateRow } from '../../../../shared/ledger/gate-rows.ts';
import type { Surroundings } from '../../activity.ts';

/** One question about one candidate. */
export interface Asked<C extends Check = Check> {
  gate: Gate;
  check: C;
  /** The candidate: the upstream digest. */
  digest: Digest;
  /** What would be promoted. */
  subject: Digest;
  /** What is asked about, in quarantine. */
  image: DigestReference;
  platform: string;
  /** Letters and digits, new for each try; for what only the trusted side may say. */
  nonce: string;
  /** Epoch milliseconds. */
  at: number;
  /** How often it was asked since the candidate opened, this time included. */
  tries: number;
  /** How intake fared with what is attached to it upstream; missing when nobody could say what that is. */
  attached?: CandidateRow['referrers'];
}

export interface Answer extends Judgement {
  /** What asked: an image, by digest where that is known, or the part of the app. */
  tool: string;
  /** It was asked without a sandbox. */
  isolation?: 'none';
  /** Epoch milliseconds: when it has to be asked again. */
  expiresAt?: number;
  /** Where what it found is kept: a key of `reports`. */
  report?: string;
  /** Findings of the current digest that the candidate has no more. */
  removes?: Removed;
}

/** `run`: in the quarantine registry; the looks watch it. */
export type Started = { kind: 'run'; runId: string } | ({ kind: 'answered' } & Answer);

/** A run that came to an end of its own, with its whole log. */
export interface EndedRun {
  state: 'succeeded' | 'failed' | 'timeout';
  log: string;
}

export interface CheckEffects<C extends Check> {
  /** Not idempotent where it starts a run: whoever asks has written the attempt down. What it throws is trouble with a service. */
  start(world: Surroundings, asked: Asked<C>): Promise<Started>;
  /** The evidence of a run that ended. */
  judge(world: Surroundings, asked: Asked<C>, run: EndedRun): Answer | Promise<Answer>;
}
