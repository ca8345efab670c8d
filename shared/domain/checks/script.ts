/**
 * The `script` check: a script of the policy, run inside the sandboxed candidate by the trusted step of a quick run.
 *
 * It catches regressions. A candidate that wants to lie to a script inside itself can: that is for a `probe`.
 */
import type { DigestReference } from '../reference.ts';
import type { ScriptCheck } from '../check.ts';
import type { Judgement } from './judgement.ts';
import { sandboxWords } from './sandbox.ts';
import { planTrustedStep, readEnd, readResult, type CheckPlan, type EndedRun } from './trusted-step.ts';

/** What to run. `nonce`: letters and digits. */
export const planScript = (
  { script, sandbox, timeoutSeconds }: ScriptCheck,
  facts: { candidate: DigestReference; runnerImage: string; nonce: string },
): CheckPlan =>
  planTrustedStep({
    script: `contain candidate --rm ${sandboxWords(sandbox)} \\
  --entrypoint /bin/sh --volume "$volume:/gate:ro" "$CANDIDATE" /gate/test.sh
result "$(cat "$folder/candidate.code")"
`,
    files: { 'test.sh': script },
    facts,
    timeoutSeconds,
  });

/** What a run that ended says. */
export function judgeScript(run: EndedRun): Judgement {
  const result = readResult(run);
  if ('none' in result) return result.none;
  const { words, unknown, fail } = result;

  const end = readEnd(words.length === 1 ? words[0] : words.join(' '));
  if (end.kind === 'unknown') return unknown(end.why('the candidate'));
  return end.code === 0 ? { verdict: 'pass', reasons: [] } : fail(`exit code ${end.code}`);
}
