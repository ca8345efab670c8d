/** One image's partition of the ledger: the image row, its versions, and the apps that run it (also of a gate that apps run directly). */
import { z } from 'zod';
import { build, buildFailure, imageReason, version, type Version } from '../domain/image-state.ts';
import { digestKey, parseRowKey, rowKey } from '../domain/ids.ts';
import { digest, type Digest } from '../domain/reference.ts';
import { deployment, healthyState, personHold, rolloutReason, systemHold } from '../domain/rollout-state.ts';
import type { Ledger, Row } from '../ports/ledger.ts';
import { REQUEST, requestRow } from './gate-rows.ts';
import { outboxOf, type Outbox } from './outbox.ts';
import { parseRow, type Kept } from './rows.ts';

export const IMAGE = 'image';
export const ROLLOUT = 'rollout';

export const imageRow = z.object({
  sequence: z.number(),
  newest: version.optional(),
  /** Gate → the number of its promotion when the newest version was last compared with its promotions, and no base was proved. */
  triedOn: z.record(z.string(), z.number()).optional(),
  /** Number of the version that was last handed to the apps. */
  followed: z.number(),
  /** Tags that the registry changed before that are known. */
  seenUntil: z.number(),
  attempts: z.number(),
  build: build.optional(),
  failure: buildFailure.optional(),
  handled: z.number(),
  failures: z.number(),
  resting: z.object({ reason: imageReason, dueAt: z.number().optional(), at: z.number() }).optional(),
});
export type ImageRow = z.infer<typeof imageRow>;

export const newImage: ImageRow = { sequence: 0, followed: 0, seenUntil: 0, attempts: 0, handled: 0, failures: 0 };

export const appRow = z.object({
  attempts: z.number(),
  deployment: deployment.optional(),
  lastHealthy: healthyState.optional(),
  /** The healthy one before that: what a rollback without a digest puts back. */
  previousHealthy: z.object({ digest, number: z.number() }).optional(),
  /** The system's. */
  hold: systemHold.optional(),
  personHold: personHold.optional(),
  /** The wanted state whose promotion record was refused, and announced as that. */
  unproven: z.object({ key: z.string(), why: z.string(), at: z.number() }).optional(),
  /** When it became unhealthy after it had been recorded healthy. */
  unhealthySince: z.number().optional(),
});
export type AppRow = z.infer<typeof appRow>;

export const newApp: AppRow = { attempts: 0 };

export const rolloutRow = z.object({
  handled: z.number(),
  failures: z.number(),
  resting: z.object({ reason: rolloutReason, dueAt: z.number().optional(), at: z.number() }).optional(),
});
export type RolloutRow = z.infer<typeof rolloutRow>;

export interface ImageBook {
  image: Kept<ImageRow> | undefined;
  rollout: Kept<RolloutRow> | undefined;
  apps: Map<string, Kept<AppRow>>;
  requested: number;
  outbox: Outbox[];
}

export async function readImage(ledger: Ledger, name: string): Promise<ImageBook> {
  // The versions, all settled, have the last keys.
  const rows = await ledger.rows('images', name, { openOnly: true, to: `${rowKey('version')}:` });
  const one = (key: string) => rows.find((row) => row.key === key);
  const image = one(IMAGE);
  const rollout = one(ROLLOUT);
  const requested = one(REQUEST);
  return {
    image: image && parseRow(image, imageRow),
    rollout: rollout && parseRow(rollout, rolloutRow),
    apps: appsOf(rows),
    requested: requested ? parseRow(requested, requestRow).value.requested : 0,
    outbox: outboxOf(rows),
  };
}

export async function readVersion(ledger: Ledger, name: string, digest: Digest): Promise<Version | undefined> {
  const row = await ledger.get('images', name, versionKey(digest));
  return row && parseRow(row, version).value;
}

/** Every version that counts, the newest first. For people, not for decisions. */
export async function readVersions(ledger: Ledger, name: string): Promise<Version[]> {
  const prefix = rowKey('version');
  const rows = await ledger.rows('images', name, { from: `${prefix}:`, to: `${prefix};` });
  return rows
    .map((row) => parseRow(row, version).value)
    .filter(({ number }) => number > 0)
    .toSorted((a, b) => b.number - a.number);
}

export const versionKey = (digest: Digest): string => rowKey('version', digestKey(digest));

export const appKey = (app: string): string => rowKey('app', app);

const appsOf = (rows: Row[]): Map<string, Kept<AppRow>> =>
  new Map(
    rows
      .filter(({ key }) => key.startsWith('app:'))
      .map((row) => [parseRowKey(row.key)[1] ?? '', parseRow(row, appRow)]),
  );
