/** What an image of ours should do now. Pure and total; the first rule that applies wins, and each has a row in the table test. */
import { backoffMs, watchSeconds } from './backoff.ts';
import { frozenAt } from './freeze.ts';
import type { Bases, ImageReason, ImageState, Version } from './image-state.ts';
import { whoOf } from './person.ts';

export type BuildAction =
  | { kind: 'watch'; seconds: number }
  | { kind: 'follow' }
  | { kind: 'build'; attempt: number; given: Bases }
  | { kind: 'rest'; reason: ImageReason; dueAt?: number };

/** After so many failures on the same bases a person, or another base, has to change something. */
export const MOST_FAILED_BUILDS = 3;

export function nextBuildAction(state: ImageState, now: number): BuildAction {
  const { build, builtFrom, newest, today, failure } = state;
  const rest = (reason: ImageReason, dueAt?: number): BuildAction => ({
    kind: 'rest',
    reason,
    ...(dueAt === undefined ? {} : { dueAt }),
  });

  if (build?.runId) return { kind: 'watch', seconds: watchSeconds(now - build.startedAt) };
  if (state.followDue) return { kind: 'follow' };
  if (!builtFrom) return rest({ kind: 'no-build' });
  if (newest && !newest.base) return rest({ kind: 'base-not-proved' });
  const without = builtFrom.filter((gate) => !today[gate]);
  if (without.length > 0) return rest({ kind: 'no-promotion', gates: without });
  const recalled = builtFrom.filter((gate) => state.recalled?.includes(gate));
  if (recalled.length > 0) return rest({ kind: 'recalled', gates: recalled });
  const behind = behindOf(newest, builtFrom, today);
  if (behind.length === 0) return rest({ kind: 'up-to-date' });
  // Neither a gate's hold nor a freeze keeps what was recalled in use; the hold on everything does.
  if (state.hold && !(state.replacesRecalled && state.hold.gate)) {
    const { why, gate } = state.hold;
    return rest({ kind: 'held', ...whoOf(state.hold), why, ...(gate ? { gate } : {}) });
  }
  for (const gate of state.replacesRecalled ? [] : behind) {
    const frozen = frozenAt(state.freezes?.[gate] ?? {}, now);
    if (frozen) return rest({ kind: 'frozen', why: frozen.why, gate }, frozen.until);
  }
  if (failure && sameBases(failure.given, today, builtFrom)) {
    const { times, message } = failure;
    if (times >= MOST_FAILED_BUILDS) return rest({ kind: 'build-failed', times, message });
    const retryAt = failure.at + backoffMs(times);
    if (retryAt > now) return rest({ kind: 'build-failed', times, message }, retryAt);
  }
  return { kind: 'build', attempt: state.attempts + 1, given: pick(today, builtFrom) };
}

/** The gates whose digest of today the newest version does not stand on. */
export const behindOf = (newest: Version | undefined, gates: string[], today: Bases): string[] =>
  gates.filter((gate) => !newest || !standsOnToday(newest, gate, today));

/** By the proof of its layers, or for a base that leaves no layers in it (an earlier stage), by what our own build was given. */
function standsOnToday({ base, given }: Version, gate: string, today: Bases): boolean {
  if (base?.gate === gate) return base.digest === today[gate];
  return given !== undefined && given[gate] === today[gate];
}

const sameBases = (a: Bases, b: Bases, gates: string[]) => gates.every((gate) => a[gate] === b[gate]);

const pick = (from: Bases, gates: string[]): Bases =>
  Object.fromEntries(gates.flatMap((gate) => (from[gate] ? [[gate, from[gate]]] : [])));
