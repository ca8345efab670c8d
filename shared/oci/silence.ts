/**
 * Registries that are left alone for a while: those that asked to wait, for as long as they asked (RFC 9110, 10.2.3), and those that did not
 * answer in time, so that a thousand gates do not each wait for a host that is down. By login: a registry counts what each of them asks.
 */
import type { Host } from '../domain/reference.ts';
import type { Credentials } from '../ports/images.ts';
import { retryAfterSeconds } from '../retry-after.ts';
import { LONGEST_SILENCE_SECONDS, REQUEST_SECONDS } from './limits.ts';
import { UpstreamTrouble } from './upstream-trouble.ts';

export interface Silence {
  /** Throws `UpstreamTrouble` while the registry is to be left alone. */
  assertOver(asked: Who): void;
  /** What came of a request. */
  note(asked: Who, outcome: Response | UpstreamTrouble): void;
}

interface Who {
  host: Host;
  credentials: Credentials | undefined;
}

const THROTTLED = new Set([429, 503]);

export function silence({ now }: { now: () => number }): Silence {
  const kept = new Map<string, { until: number; why: string }>();
  const keyOf = ({ host, credentials }: Who) => `${host} ${credentials?.username ?? ''}`;

  return {
    assertOver(asked) {
      const { until, why } = kept.get(keyOf(asked)) ?? { until: 0, why: '' };
      if (now() >= until) return;
      throw new UpstreamTrouble(asked.host, `${why}, and is not asked again before ${new Date(until).toISOString()}`);
    },
    note(asked, outcome) {
      const wait = secondsToWait(outcome);
      if (wait === undefined) return;
      const until = now() + Math.min(wait, LONGEST_SILENCE_SECONDS) * 1000;
      const { status } = outcome;
      const why = status === undefined ? 'did not answer in time' : `asked us to wait (${status})`;
      kept.set(keyOf(asked), { until, why });
    },
  };
}

function secondsToWait(outcome: Response | UpstreamTrouble): number | undefined {
  if (outcome instanceof UpstreamTrouble && outcome.timedOut) return REQUEST_SECONDS;
  if (outcome.status === undefined || !THROTTLED.has(outcome.status)) return undefined;
  return outcome instanceof UpstreamTrouble
    ? outcome.retryAfterSeconds
    : retryAfterSeconds(outcome.headers.get('retry-after'));
}
