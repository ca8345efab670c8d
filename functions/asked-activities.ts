/**
 * The activities as they are registered: what one is asked is looked at before it does anything.
 *
 * After a deployment the task hub may hold requests of an earlier version of a story. One that lacks something is refused, and the story, which
 * is of this version by then, asks again with all of it, or has failed and is started anew by the next sweep.
 */
import { z } from 'zod';
import * as steps from '../orchestrations/steps.ts';
import { activities } from './activities/activities.ts';
import type { Stories, Surroundings } from './activities/activity.ts';

export type Acting = (request: unknown, stories: Stories) => Promise<object>;

export class RequestRefused extends Error {
  readonly code = 'RequestRefused';
}

export function askedActivities(world: Surroundings): Record<string, Acting> {
  const asked = new Map(Object.values(steps).map(({ activity, asks }) => [activity, asks]));
  return Object.fromEntries(
    Object.entries(activities(world)).map(([name, activity]) => {
      const asks = asked.get(name);
      if (!asks) throw new Error(`activity "${name}" is in no step of orchestrations/steps.ts`);
      return [name, looking(name, asks, activity as Acting)];
    }),
  );
}

/** It gets the request as it came: what it does not know of it is of a newer version. */
const looking =
  (name: string, asks: z.ZodType<object>, activity: Acting): Acting =>
  async (request, stories) => {
    const parsed = asks.safeParse(request);
    if (parsed.success) return activity(request, stories);
    const problems = z.prettifyError(parsed.error).replaceAll('\n', ' ');
    throw new RequestRefused(
      `activity "${name}" was asked by another version of the app, and did nothing (${problems}); its story asks again`,
    );
  };
