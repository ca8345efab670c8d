/** What becomes of a stable tag that names something else than the current digest. */
import type { GateAction } from './gate-action-kinds.ts';
import type { GateState } from './gate-state.ts';

/**
 * An attempt of this gate that came late is undone; anything else is somebody's decision, which is said once and left alone.
 */
export function mendDrift({ current, stable, stableIsAttempt, driftAnnounced }: GateState): GateAction | undefined {
  if (!current || stable === current.subject) return undefined;
  const found = stable ?? 'none';
  if (found === driftAnnounced) return undefined;
  if (found !== 'none' && stableIsAttempt) return { kind: 'put-back', current: current.subject, over: found };
  return { kind: 'announce-drift', found };
}
