/**
 * What the answer of an upstream means for a gate. A digest that was not there at the last look is a sighting and gets the next sequence
 * number; one 404 is not believed until a second one, a minute later.
 */
import type { Digest } from './reference.ts';

/** How long a tag has to be away before it counts as gone. */
const GONE_AFTER_MS = 60_000;

export interface UpstreamMemory {
  upstream?: { digest: Digest; since: number; sequence: number } | undefined;
  goneSince?: number | undefined;
}

export type Sighting =
  | { kind: 'same'; forget404: boolean }
  | { kind: 'new'; digest: Digest }
  | { kind: 'unsure'; since: number; askAgainAt: number }
  | { kind: 'gone' }
  | { kind: 'unreachable'; message: string };

export function sight(
  memory: UpstreamMemory,
  answer: { kind: 'at'; digest: Digest } | { kind: 'gone' } | { kind: 'unreachable'; message: string },
  at: number,
): Sighting {
  switch (answer.kind) {
    case 'unreachable':
      return answer;
    case 'at':
      if (memory.upstream?.digest === answer.digest) return { kind: 'same', forget404: memory.goneSince !== undefined };
      return { kind: 'new', digest: answer.digest };
    case 'gone': {
      if (!memory.upstream) return { kind: 'gone' };
      const since = memory.goneSince ?? at;
      return at - since >= GONE_AFTER_MS
        ? { kind: 'gone' }
        : { kind: 'unsure', since, askAgainAt: since + GONE_AFTER_MS };
    }
  }
}
