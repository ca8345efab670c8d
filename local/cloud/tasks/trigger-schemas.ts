/** The `trigger` of a task (https://learn.microsoft.com/rest/api/containerregistry/tasks/create#triggerproperties). */
import { z } from 'zod';
import { BadSchedule, parseSchedule } from './cron.ts';
import { equalFold, refused } from './schema-parts.ts';

export const status = equalFold('Enabled', 'Disabled').default('Enabled');

const sourceTrigger = z.object({
  name: z.string().min(1),
  status,
  sourceTriggerEvents: z.array(equalFold('commit', 'pullrequest')),
  sourceRepository: z.object({
    sourceControlType: z.string(),
    repositoryUrl: z.string().min(1),
    branch: z.string().nullish(),
    sourceControlAuthProperties: z.looseObject({ tokenType: z.string(), token: z.string() }).nullish(),
  }),
});
export type SourceTrigger = z.infer<typeof sourceTrigger>;

const baseImageTrigger = z.object({
  name: z.string().min(1),
  status,
  baseImageTriggerType: equalFold('Runtime', 'All'),
  updateTriggerPayloadType: equalFold('Default', 'Token').default('Default'),
  updateTriggerEndpoint: refused('baseImageTrigger.updateTriggerEndpoint'),
});

const schedule = z.string().superRefine((text, context) => {
  try {
    parseSchedule(text);
  } catch (error) {
    if (!(error instanceof BadSchedule)) throw error;
    context.addIssue({ code: 'custom', message: `not a schedule: ${error.message}` });
  }
});
const timerTrigger = z.object({ name: z.string().min(1), status, schedule });
export type TimerTrigger = z.infer<typeof timerTrigger>;

export const trigger = z.object({
  sourceTriggers: z
    .array(
      sourceTrigger.refine((each) => each.status === 'Disabled' || !each.sourceTriggerEvents.includes('pullrequest'), {
        error: 'NotSupportedLocally: sourceTriggers with the event pullrequest',
      }),
    )
    .nullish(),
  baseImageTrigger: baseImageTrigger.nullish(),
  timerTriggers: z.array(timerTrigger).nullish(),
});
