/** What a hostile image tries, and how it has to end. Each follows a tag of its own, through a gate of its own. */
import type { CandidateSeen } from '../e2e/system.ts';
import type { World } from './world.ts';

export interface Trick {
  /** Of the gate and of its repository. */
  gate: string;
  /** The sentence of its test. */
  does: string;
  upstream?: 'debian' | 'lying';
  /** In YAML, by name; one that asks for a marker when it is left out. */
  checks?: Record<string, string>;
  /** Of its gate; this machine’s when it is left out. */
  platforms?: string[];
  /** More lines of its gate. */
  gateLines?: string[];
  /** Pushes the image; answers its digest. */
  push(world: World): Promise<string>;
  /** Waits for how it has to end, and looks whether it did. */
  ends(offered: Offered, world: World): Promise<void>;
  /** It is no bad image in the end. */
  promoted?: boolean;
}

export interface Offered {
  digest: string;
  /** Answers the candidate once it is what `wanted` says. */
  candidate(what: string, wanted: (candidate: CandidateSeen) => boolean): Promise<CandidateSeen>;
  rejected(): Promise<CandidateSeen>;
  /** Answers the candidate once that check was asked and had no verdict, so that it waits to be asked again. */
  withoutVerdict(check?: string): Promise<CandidateSeen>;
  /** Answers the candidate once it is in trouble, which is no verdict. */
  troubled(): Promise<CandidateSeen>;
  /** Lines of a check's log. */
  log(check?: string): Promise<string[]>;
}

/** A check that no image here passes without the marker. */
export const MARKER = 'functional';
export const markerCheck = (timeout = '1m') => `{ script: checks/marker.sh, timeout: ${timeout} }`;
