/** What the demo is made of: steps that do something and then prove it, by asking the system from outside. */
import type { KeyObject } from 'node:crypto';
import type { Local } from '../local.ts';
import type { Ask } from './ask.ts';

export interface Step {
  /** As in the table of the walkthrough, such as `S8`. */
  id: string;
  title: string;
  /** Runs even when a step before it has failed, and is not interrupted: the clean-up. */
  always?: true;
  /** Answers what it found; throws when a claim does not hold. */
  run(context: Context): Promise<Facts>;
}

/** What a step found, for the report: plain JSON. */
export type Facts = Record<string, unknown>;

export interface Context {
  local: Local;
  ask: Ask;
  memory: Memory;
  /** Shows what happens now, while the step runs. */
  say(line: string): void;
}

/** What earlier steps found and later ones build on. */
export interface Memory {
  /** Where the page of each app is. */
  sites: Record<string, string>;
  /** When the schedule of the public node image is to fire, once it is set. */
  scheduledAt?: string;
  /** What the publisher of the toolbox signs with. */
  publisherKey?: KeyObject;
  /** The release of the toolbox that is good and signed. */
  toolbox?: string;
}

export interface StepReport {
  id: string;
  title: string;
  status: 'waiting' | 'running' | 'passed' | 'failed' | 'skipped';
  startedAt?: string;
  finishedAt?: string;
  facts: Facts;
  error?: string;
}

export interface Report {
  steps: StepReport[];
  sites: Record<string, string>;
}
