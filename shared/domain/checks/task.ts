/**
 * The `task` check: a team's own task file from git, run as it is in the quarantine registry.
 *
 * Nothing is kept from its steps, so it says what it is: evidence without isolation. The verdict is the run's own end, and counts only with
 * the record of the agent that an image of the run was built from the candidate: a task that built from anything else has proved nothing.
 */
import { parse, YAMLParseError } from 'yaml';
import { z } from 'zod';
import type { TaskCheck } from '../check.ts';
import { formatReference, type DigestReference } from '../reference.ts';
import { lastWords, type Judgement } from './judgement.ts';

export interface TaskPlan {
  source: string;
  file: string;
  values: { name: string; value: string; secret: boolean }[];
  timeoutSeconds: number;
}

/**
 * What to run. `from`: what stands before the name and tag of the upstream's image in quarantine, so that
 * `FROM ${REGISTRY_FROM_URL}node:15-alpine` is the candidate.
 */
export function planTask(check: TaskCheck, facts: { candidate: DigestReference; from: string }): TaskPlan {
  return {
    source: check.context,
    file: check.file,
    values: [
      { name: 'CANDIDATE', value: formatReference(facts.candidate), secret: false },
      { name: 'REGISTRY_FROM_URL', value: facts.from, secret: false },
    ],
    timeoutSeconds: check.timeoutSeconds,
  };
}

interface TaskRun {
  state: 'succeeded' | 'failed' | 'timeout';
  log: string;
  candidate: DigestReference;
}

/** What a run that ended says. `state` is the run's own: a run that Azure gave up is no evidence and never gets here. */
export function judgeTask({ state, log, candidate }: TaskRun): Judgement {
  const words = lastWords(log.split(/\r?\n/));
  const unknown = (why: string): Judgement => ({ verdict: 'unknown', reasons: [why, ...words] });

  if (state === 'timeout') return unknown('the run was stopped because it took too long');
  if (state === 'failed') {
    // The record of the agent is written at the end of a run that succeeded; on the way there its digest is in the lines of the build.
    if (log.includes(candidate.digest)) return { verdict: 'fail', reasons: ['a step of the task failed', ...words] };
    return unknown('the run failed before it built anything from the candidate');
  }
  const bases = recordedBases(log).filter(({ repository }) => repository === candidate.repository);
  if (bases.length === 0) {
    return unknown(
      'the log has no record that it built from the candidate; build an image from CANDIDATE, or from REGISTRY_FROM_URL with the name and tag of the upstream, in a "build" step',
    );
  }
  const other = bases.find(({ digest }) => digest !== candidate.digest);
  if (other) return unknown(`it built from ${other.digest ?? 'an image without a digest'}, which is not the candidate`);
  return { verdict: 'pass', reasons: [] };
}

/** https://learn.microsoft.com/azure/container-registry/container-registry-tutorial-build-task shows the record, in YAML. */
const RECORD = 'The following dependencies were found:';
const base = z.looseObject({ registry: z.string(), repository: z.string(), digest: z.string().nullish() });
const record = z.array(
  z.looseObject({
    'runtime-dependency': base.nullish().catch(null),
    'buildtime-dependency': z.array(base).nullish().catch(null),
  }),
);

function recordedBases(log: string): z.infer<typeof base>[] {
  const at = log.lastIndexOf(RECORD);
  if (at < 0) return [];
  // A line with nothing but the time may come first; the record ends with the first line that is neither an entry nor a part of one.
  const lines = log.slice(at + RECORD.length).split(/\r?\n/);
  const begins = lines.findIndex((line) => /^(?:- |\[)/.test(line));
  const rest = begins < 0 ? [] : lines.slice(begins);
  const ends = rest.findIndex((line) => !/^(?:[-[\] ]|$)/.test(line) || line.trim() === '');
  const read = record.safeParse(parsed(rest.slice(0, ends < 0 ? undefined : ends).join('\n')));
  if (!read.success) return [];
  return read.data.flatMap((entry) => [
    ...(entry['runtime-dependency'] ? [entry['runtime-dependency']] : []),
    ...(entry['buildtime-dependency'] ?? []),
  ]);
}

/** A record that cannot be read is none, which its caller says. */
function parsed(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 0, logLevel: 'error' });
  } catch (error) {
    if (error instanceof YAMLParseError || error instanceof ReferenceError) return undefined;
    throw error;
  }
}
