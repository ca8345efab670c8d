/** Which of several things that can only wait a gate waits for, and what it waits for with nothing open. */
import { backoffMs } from './backoff.ts';
import type { GateAction } from './gate-action-kinds.ts';
import type { GateState } from './gate-state.ts';

/** The gate itself may have to look again, even with nothing open. */
export function forUpstream({ upstream, failures }: GateState, now: number): GateAction {
  if (upstream.kind === 'unsure') {
    return {
      kind: 'rest',
      reason: { kind: 'upstream-unreachable', message: 'the tag was not there at the last look' },
      dueAt: upstream.askAgainAt,
    };
  }
  if (upstream.kind === 'unreachable') {
    return {
      kind: 'rest',
      reason: { kind: 'upstream-unreachable', message: upstream.message },
      dueAt: now + backoffMs(failures + 1),
    };
  }
  return { kind: 'rest', reason: { kind: 'nothing-to-do' } };
}

export function soonestWatch(actions: GateAction[]): GateAction | undefined {
  return actions.filter((action) => action.kind === 'watch').toSorted((a, b) => a.seconds - b.seconds)[0];
}

/** Of what rests: what is due first; among equals what names a candidate. */
export function soonestRest(actions: GateAction[]): GateAction {
  const rests = actions.filter((action) => action.kind === 'rest');
  const dueAt = (action: (typeof rests)[number]) => action.dueAt ?? Infinity;
  const first = rests.toSorted((a, b) => dueAt(a) - dueAt(b))[0];
  return first ?? { kind: 'rest', reason: { kind: 'nothing-to-do' } };
}
