/** Schedules what a check plans as a quick run in the quarantine registry. */
import type { CheckPlan } from '../../../../shared/domain/checks/trusted-step.ts';
import type { Surroundings } from '../../activity.ts';
import type { Started } from './kind.ts';

export async function startPlan({ runs, quarantine }: Surroundings, plan: CheckPlan): Promise<Started> {
  const { runId } = await runs.startQuickRun({
    host: quarantine,
    files: plan.files.map(({ path, text, executable }) => ({
      path,
      content: new TextEncoder().encode(text),
      ...(executable ? { executable } : {}),
    })),
    taskFile: plan.taskFile,
    values: plan.values,
    timeoutSeconds: plan.timeoutSeconds,
  });
  return { kind: 'run', runId };
}
