/** The timer: a sweep that makes no progress is ended, and the next one started. */
import type { Stories } from '../activities/activity.ts';
import { newSwept, startUnstuck } from '../activities/sweep/start-unstuck.ts';

export const checkUpstreams = (stories: Stories, at: number): Promise<void> =>
  startUnstuck({ stories, at, swept: newSwept() }, 'sweep', '');
