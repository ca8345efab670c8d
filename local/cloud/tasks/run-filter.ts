/** The `$filter` of a list of runs: the three forms az builds, joined with `and`. Anything else is refused. */
import type { RunRecord } from './records.ts';

export type RunFilter = { matches: (run: RunRecord) => boolean } | { problem: string };

export function readRunFilter(text: string | undefined): RunFilter {
  if (text === undefined || text.trim() === '') return { matches: () => true };
  const conditions: ((run: RunRecord) => boolean)[] = [];
  for (const part of text.split(/ and /i)) {
    const condition = readCondition(part.trim());
    if (!condition) return { problem: `the filter "${part.trim()}" is not supported by the local runtime` };
    conditions.push(condition);
  }
  return { matches: (run) => conditions.every((condition) => condition(run)) };
}

function readCondition(text: string): ((run: RunRecord) => boolean) | undefined {
  const [, property, value = ''] = /^(TaskName|Status|RunId|RunType) eq '([^']*)'$/i.exec(text) ?? [];
  const isValue = (actual: string | undefined) => actual?.toLowerCase() === value.toLowerCase();
  switch (property?.toLowerCase() ?? '') {
    case 'taskname':
      return (run) => isValue(run.task);
    case 'status':
      return (run) => isValue(run.status);
    case 'runid':
      return (run) => isValue(run.runId);
    case 'runtype':
      return (run) => isValue(run.runType);
  }
  const image = /^contains\(OutputImageManifests, ?'([^']*)'\)$/i.exec(text)?.[1];
  if (image === undefined) return undefined;
  return (run) => (run.outputImages ?? []).some(({ repository, digest }) => `${repository}@${digest}`.includes(image));
}
