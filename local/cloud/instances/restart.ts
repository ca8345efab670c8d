/** What follows when a container has ended: nothing, a start at once, or a start after a back-off. Pure. */
import { withEvent, type ContainerRecord, type ContainerState } from './group.ts';
import { limits } from './limits.ts';
import type { RestartPolicy } from './specification.ts';

export function afterEnd(
  record: ContainerRecord,
  ended: ContainerState,
  situation: {
    policy: RestartPolicy;
    ranMs: number;
    now: number;
  },
): ContainerRecord {
  const { policy, ranMs, now } = situation;
  const { restartAt: _, ...rest } = record;
  const restarts = policy === 'Always' || (policy === 'OnFailure' && ended.exitCode !== 0);
  if (!restarts) return { ...rest, current: ended };

  const backOffMs = nextBackOffMs(record.backOffMs, ranMs);
  if (backOffMs === 0) return { ...rest, current: ended, backOffMs, restartAt: now };
  return {
    ...rest,
    current: {
      state: 'Waiting',
      detailStatus: `CrashLoopBackOff: Back-off ${backOffMs / 1000}s restarting failed`,
    },
    previous: ended,
    backOffMs,
    restartAt: now + backOffMs,
    events: withEvent(
      record.events,
      { name: 'BackOff', message: 'Back-off restarting failed container', type: 'Warning' },
      now,
    ),
  };
}

export function nextBackOffMs(last: number | undefined, ranMs: number): number {
  if (last === undefined || ranMs >= limits.backOffForgottenAfterMs) return 0;
  return Math.min(Math.max(last * 2, limits.firstBackOffMs), limits.longestBackOffMs);
}
