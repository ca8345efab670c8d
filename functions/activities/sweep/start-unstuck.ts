/** Starts a story; one of the same id that makes no progress is ended first. */
import { UnreadableRow } from '../../../shared/ledger/rows.ts';
import type { Log, Stories, StoryName } from '../activity.ts';

export interface Swept {
  started: string[];
  ended: string[];
  /** What could not be started, and why; the next sweep tries again. */
  failed?: string[];
  /** Rows that this version of the app cannot read, and whose they are. */
  unreadable?: string[];
}

/** What a sweep starts stories with, and where it notes what came of it. */
export interface Starting {
  stories: Stories;
  /** Epoch milliseconds. */
  at: number;
  swept: Swept;
}

export const newSwept = (): Swept => ({ started: [], ended: [] });

/** Longer than the longest step with its retries (`host.json`, functionTimeout). */
export const STUCK_AFTER_MS = 15 * 60_000;

export async function startUnstuck({ stories, at, swept }: Starting, story: StoryName, thing: string): Promise<void> {
  const note = (answer: 'started' | 'running') => {
    if (answer === 'started') swept.started.push(`${story} ${thing}`);
    return answer;
  };
  if (note(await stories.start(story, thing)) === 'started') return;
  const running = await stories.running(story, thing);
  if (!running || at - running.progressAt < STUCK_AFTER_MS) return;
  await stories.terminate(story, thing, 'no progress for 15 minutes');
  swept.ended.push(`${story} ${thing}`);
  // Ending takes effect in its own time; where it has not yet, the next sweep starts the story.
  note(await stories.start(story, thing));
}

/** What a row cannot be read for is for the person on call; any other trouble the thing's own story finds too, and rests on it. */
export function noteUnreadable(swept: Swept, whose: string, error: unknown): void {
  if (error instanceof UnreadableRow) (swept.unreadable ??= []).push(`${whose}: ${error.message}`);
}

/** For one of many: that it cannot be started is said, and the others go on. */
export async function startIfPossible(
  { log, ...starting }: Starting & { log: Log },
  story: StoryName,
  thing: string,
): Promise<void> {
  try {
    await startUnstuck(starting, story, thing);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    log.warn(`${story} ${thing} could not be started: ${message}`);
    (starting.swept.failed ??= []).push(`${story} ${thing}: ${message}`);
  }
}
