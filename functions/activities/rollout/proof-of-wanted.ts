/** Whether the record of the promotion that a wanted state stands on holds; asked when the look may lead to a deployment, announced once. */
import type { App } from '../../../shared/domain/policy.ts';
import type { AppState, Wanted } from '../../../shared/domain/rollout-state.ts';
import type { AppRow } from '../../../shared/ledger/image-book.ts';
import { tell } from '../../../shared/ledger/outbox.ts';
import type { Change } from '../../../shared/ports/ledger.ts';
import type { Surroundings } from '../activity.ts';
import { verifyRecordOf } from '../record/verify-record.ts';
import { baseOf } from './wanted-state.ts';

interface Asked {
  row: AppRow;
  running: AppState['running'];
  wanted: Wanted;
}

/** `undefined`: it holds, there is none, or what runs already is what is wanted and was proved before. */
export async function whyUnproven(world: Surroundings, app: App, asked: Asked): Promise<string | undefined> {
  if (!mayFollow(asked)) return undefined;
  const verified = await verifyRecordOf(world, await baseOf(world.ledger, app, asked.wanted.digest));
  return verified.kind === 'refused' ? verified.said : undefined;
}

function mayFollow({ row: { deployment }, running, wanted }: Asked): boolean {
  if (deployment?.state === 'deploying') return false;
  const runsIt = running.kind === 'running' && running.digest === wanted.digest;
  return !(runsIt && deployment?.state === 'healthy' && deployment.key === wanted.key);
}

/** Written once for each wanted state, so that it is announced once. */
export function noteProof(
  row: AppRow,
  wanted: Wanted | undefined,
  { why, at }: { why: string | undefined; at: number },
): AppRow {
  const { unproven, ...rest } = row;
  if (why === undefined || !wanted) return unproven ? rest : row;
  return unproven?.key === wanted.key ? row : { ...rest, unproven: { key: wanted.key, why, at } };
}

/** What goes into the transaction that writes the note. */
export const toldOfProof = (app: string, { unproven }: AppRow, at: number): Change[] =>
  unproven?.at !== at
    ? []
    : [
        tell(`record-refused-${app}`, {
          at,
          by: 'rollOut',
          subject: app,
          what: 'not deployed',
          why: unproven.why,
          announce: 'held',
          data: { key: unproven.key },
        }),
      ];
