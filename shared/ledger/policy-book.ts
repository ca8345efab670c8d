/**
 * Keeps the files of the policy in force in the ledger, so that a process that starts while the folder is invalid goes on with the last valid
 * policy; and which refused policy was announced last.
 *
 * The files and not what was made of them: a newer version of the app reads them by its own rules. The head row comes last and names the
 * pieces by hash, so a crash in between leaves the one before in force.
 */
import { z } from 'zod';
import type { PolicyFile } from '../domain/parse-policy.ts';
import { orderedKey, rowKey } from '../domain/ids.ts';
import type { Change, Ledger } from '../ports/ledger.ts';
import { outboxOf, tell, type Entry, type Outbox } from './outbox.ts';
import { LedgerConflict, parseRow, put, SCHEMA } from './rows.ts';

export interface KeptPolicy {
  hash: string;
  files: PolicyFile[];
  /** The settings that were filled in. */
  settings: Record<string, string>;
}

export const POLICY = 'policy';
const HEAD = 'in-force';
const REFUSED = 'refused';
/** A row has a megabyte at most, a character two bytes, and half of them may be escaped once more on the way into it. */
const PIECE_CHARACTERS = 200_000;

const pieces = z.object({ hash: z.string(), pieces: z.number() });
/** The one before keeps its pieces too: whoever reads it just now finds them. */
export const policyHead = pieces.extend({ before: pieces.optional() });
export const policyPiece = z.object({ text: z.string() });
/** What the pieces make together. */
export const policyContent = z.object({
  files: z.array(z.object({ path: z.string(), text: z.string() })),
  settings: z.record(z.string(), z.string()),
});
export const refusedPolicy = z.object({ hash: z.string() });

/** Key: the hash. What is kept already is left as it is. */
export async function keepPolicy(ledger: Ledger, { hash, files, settings }: KeptPolicy): Promise<void> {
  const row = await ledger.get('policies', POLICY, HEAD);
  const kept = row && parseRow(row, policyHead);
  if (kept?.value.hash === hash) return;

  const texts = split(JSON.stringify({ files, settings }));
  for (const [index, text] of texts.entries()) {
    await write(ledger, {
      ...{ kind: 'put', key: pieceKey(hash, index), ifMatch: 'any', open: false, schema: SCHEMA },
      data: { text },
    });
  }
  const { before: oldest, ...before } = kept?.value ?? {};
  const next = { hash, pieces: texts.length, ...(kept ? { before } : {}) };
  const written = await ledger.write('policies', POLICY, [put(HEAD, kept, next, { open: false })]);
  // Another process was first, with a policy as valid as this one.
  if (written === 'conflict' || !oldest || oldest.hash === hash) return;
  for (let index = 0; index < oldest.pieces; index++) {
    await write(ledger, { kind: 'delete', key: pieceKey(oldest.hash, index), ifMatch: 'any' });
  }
}

/** `undefined`: there never was a valid policy. */
export async function readKeptPolicy(ledger: Ledger): Promise<KeptPolicy | undefined> {
  const row = await ledger.get('policies', POLICY, HEAD);
  if (!row) return undefined;
  const { hash, pieces: count } = parseRow(row, policyHead).value;
  const texts = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const found = await ledger.get('policies', POLICY, pieceKey(hash, index));
      if (!found) throw new Error(`piece ${index + 1} of ${count} of the policy ${hash} is missing from the ledger`);
      return parseRow(found, policyPiece).value.text;
    }),
  );
  return { hash, ...policyContent.parse(JSON.parse(texts.join(''))) };
}

/** Notes that this policy was refused, and what is to be told of it, unless it was noted before. */
export async function noteRefused(ledger: Ledger, hash: string, told: Entry): Promise<void> {
  const row = await ledger.get('policies', POLICY, REFUSED);
  const noted = row && parseRow(row, refusedPolicy);
  if (noted?.value.hash === hash) return;
  const changes = [put(REFUSED, noted, { hash }, { open: false }), tell(`refused-${hash.slice(0, 32)}`, told)];
  if ((await ledger.write('policies', POLICY, changes)) === 'conflict') throw new LedgerConflict('the refused policy');
}

export const policyOutbox = async (ledger: Ledger): Promise<Outbox[]> =>
  outboxOf(await ledger.rows('policies', POLICY, { openOnly: true }));

/** A row of its own: a conflict is a piece that is there, or gone, already. */
const write = (ledger: Ledger, change: Change) => ledger.write('policies', POLICY, [change]);

const pieceKey = (hash: string, index: number): string => rowKey('piece', hash, orderedKey(index));

function split(text: string): string[] {
  return Array.from({ length: Math.ceil(text.length / PIECE_CHARACTERS) }, (_, index) =>
    text.slice(index * PIECE_CHARACTERS, (index + 1) * PIECE_CHARACTERS),
  );
}
