/**
 * What an app should run: a digest, in its group file filled in, with the versions of its secrets. Values of secrets are read only by the
 * deploy itself.
 */
import { createHash } from 'node:crypto';
import { MissingSecret, secretsIn, withDigest } from '../../../shared/domain/container-group.ts';
import { appsOfGate, appsOfImage } from '../../../shared/domain/graph.ts';
import type { Origin } from '../../../shared/domain/origin.ts';
import type { App, Policy } from '../../../shared/domain/policy.ts';
import type { Digest } from '../../../shared/domain/reference.ts';
import type { PersonHold, Wanted } from '../../../shared/domain/rollout-state.ts';
import { readGateRow } from '../../../shared/ledger/gate-book.ts';
import { originOf } from '../../../shared/ledger/gate-rows.ts';
import { readImage, readVersion } from '../../../shared/ledger/image-book.ts';
import type { Ledger } from '../../../shared/ports/ledger.ts';
import type { Secrets } from '../../../shared/ports/secrets.ts';

export interface WantedState extends Wanted {
  group: App['group'];
  /** Name → version of each secret. */
  secrets: Record<string, string>;
}

/** The apps of an image, or of a gate whose promotions run as they are; in the order of their names. */
export const appsOf = (policy: Policy, of: string): App[] =>
  [...appsOfImage(policy, of), ...appsOfGate(policy, of)].toSorted((a, b) => (a.name < b.name ? -1 : 1));

export interface Runnable {
  digest: Digest;
  number: number;
  origin?: Origin | undefined;
}

/** The newest version of the image, or what the gate promoted last; `undefined` when there is none yet. */
export async function newestOf(ledger: Ledger, app: App): Promise<Runnable | undefined> {
  if (app.runs.kind === 'image') return (await readImage(ledger, app.runs.image)).image?.value.newest;
  const current = (await readGateRow(ledger, app.runs.gate))?.value.current;
  return current && { digest: current.subject, number: current.sequence, origin: originOf(app.runs.gate, current) };
}

/** What a person's hold puts back, or else the newest. */
export const versionWanted = async (
  ledger: Ledger,
  app: App,
  hold: PersonHold | undefined,
): Promise<Runnable | undefined> => hold?.putBack ?? newestOf(ledger, app);

/** What it stands on, if a gate promoted that: what the app runs itself, or the base that its image was proved to be built on. */
export async function baseOf(
  ledger: Ledger,
  app: App,
  digest: Digest,
): Promise<{ gate: string; digest: Digest } | undefined> {
  if (app.runs.kind === 'gate') return { gate: app.runs.gate, digest };
  return (await readVersion(ledger, app.runs.image, digest))?.base;
}

/** Throws `MissingSecret`. */
export async function wantedState(
  secrets: Secrets,
  app: App,
  { digest, number }: { digest: Digest; number: number },
): Promise<WantedState> {
  const group = withDigest(app, digest);
  const names = secretsIn(group);
  const found = await Promise.all(names.map(async (name) => [name, (await secrets.read(name))?.version] as const));
  const missing = found.filter(([, version]) => version === undefined).map(([name]) => name);
  if (missing.length > 0) throw new MissingSecret(missing);
  const versions = Object.fromEntries(
    found.flatMap(([name, version]) => (version === undefined ? [] : [[name, version]])),
  );
  return { digest, number, group, secrets: versions, key: keyOf(group, versions) };
}

const keyOf = (group: object, versions: Record<string, string>): string =>
  createHash('sha256')
    .update(JSON.stringify([group, versions]))
    .digest('hex');
