/**
 * Plays the steps in order and writes down what came of each, as it comes. After a failure or an interruption only the clean-up still runs.
 */
import type { Show } from './show.ts';
import type { Context, Report, Step, StepReport } from './story.ts';

export async function play(options: {
  steps: Step[];
  context: Omit<Context, 'say'>;
  show: Show;
  /** Called whenever something has changed. */
  record: (report: Report) => Promise<void>;
  /** Settles when somebody wants it to end. */
  interrupted: Promise<unknown>;
}): Promise<Report> {
  const { steps, context, show, record, interrupted } = options;
  const report: Report = {
    steps: steps.map(({ id, title }) => ({ id, title, status: 'waiting', facts: {} })),
    sites: context.memory.sites,
  };
  let stopped = false;
  const interruption = interrupted.then(() => {
    throw new Error('interrupted');
  });
  // It is raced against each step; between steps nobody listens to it.
  interruption.catch(() => (stopped = true));

  const act = async (step: Step, line: StepReport, say: (text: string) => void): Promise<void> => {
    Object.assign(line, { status: 'running', startedAt: new Date().toISOString() });
    await record(report);
    try {
      const run = step.run({ ...context, say });
      line.facts = await (step.always ? run : Promise.race([run, interruption]));
      line.status = 'passed';
    } catch (error) {
      Object.assign(line, { status: 'failed', error: error instanceof Error ? error.message : String(error) });
      stopped = true;
      throw error;
    } finally {
      line.finishedAt = new Date().toISOString();
      await record(report);
    }
  };

  await show.perform(
    steps.map((step, index) => {
      const line = report.steps[index] as StepReport;
      return {
        title: `${step.id}  ${step.title}`,
        skip: () => {
          if (!stopped || step.always) return false;
          line.status = 'skipped';
          return true;
        },
        run: (say) => act(step, line, say),
      };
    }),
  );
  await record(report);
  return report;
}

export const hasPassed = (report: Report): boolean => report.steps.every(({ status }) => status === 'passed');
