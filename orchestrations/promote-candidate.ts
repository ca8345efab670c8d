/**
 * Promotes a candidate, one line of the promotion after the other. Any line may run twice, and the whole may be begun again at any point:
 * before the move the old stable tag stands, after it the next round completes.
 *
 * Right before the move the whole decision is made once more: it is the last point at which a hold, an abort or a newer push can stop it.
 */
import type { OrchestrationContext } from 'durable-functions';
import { nextGateAction } from '../shared/domain/gate-action.ts';
import type { Digest } from '../shared/domain/reference.ts';
import * as steps from './steps.ts';
import { now, type Story } from './story.ts';

export function* promoteCandidate(
  context: OrchestrationContext,
  { gate, digest, sequence }: { gate: string; digest: Digest; sequence: number },
): Story<void> {
  const begun = yield* steps.beginPromotion(context, { gate, digest, sequence });
  if (begun.kind === 'lost') return;
  const promotion = { gate, attempt: begun.attempt };

  if ((yield* steps.adoptStable(context, promotion)).kind === 'lost') return;
  if ((yield* steps.importUnique(context, promotion)).kind === 'lost') return;
  const unique = yield* steps.readBackUnique(context, promotion);
  if (unique.kind === 'lost') return;
  if ((yield* steps.copyReferrers(context, promotion)).kind === 'lost') return;
  const attached = yield* steps.attachRecord(context, { ...promotion, at: now(context) });
  if (attached.kind === 'lost') return;
  if ((yield* steps.lockUnique(context, promotion)).kind === 'lost') return;

  const look = yield* steps.lookAtGate(context, { gate, at: now(context) });
  if (look.kind === 'absent') return;
  const action = nextGateAction(look.state, now(context));
  if (action.kind !== 'promote' || action.digest !== digest) return;

  if ((yield* steps.moveStable(context, promotion)).kind === 'lost') return;
  if ((yield* steps.readBackStable(context, promotion)).kind === 'lost') return;
  yield* steps.completePromotion(context, {
    ...promotion,
    layers: unique.layers,
    record: attached.record,
    at: now(context),
  });
}
