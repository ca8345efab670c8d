/** The team's own task as a check: the policy is edited as a person would, and the next candidate has to pass both. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Step } from '../story.ts';
import { claim } from '../until.ts';
import { GATE, paint, promoted } from '../walkthrough.ts';

export const taskCheck: Step = {
  id: 'S8 task',
  title: "…also with the walkthrough's own task as a check: it builds the test image on the candidate and runs it",
  async run(context) {
    const { ask, local, say } = context;
    const file = join(local.endpoints.policy, 'gates.yaml');
    const before = await readFile(file, 'utf8');
    const after = before.replace(/^( *)# (team: \{ task: .*)$/m, '$1$2');
    claim('the policy has the check of the team, as a comment', after !== before, file);
    await writeFile(file, after);
    say('the gate asks for the check of the team, too');

    const upstream = await paint(context, 'olive');
    const { unique } = await promoted(context, upstream.digest);
    const { evidence } = (await ask.app(`/api/gates/${GATE}/candidates/${upstream.digest}`)) as Candidate;
    claim('the script has passed it', evidence['functional']?.verdict === 'pass', evidence);
    claim('the task has passed it', evidence['team']?.verdict === 'pass', evidence);
    claim('the evidence says that the task is not isolated', evidence['team']?.isolation === 'none', evidence);
    const log = await ask.runs.quarantine.log(evidence['team']?.runId ?? '');
    claim('the log says what it was built from', log.includes(upstream.digest), log);
    return { ...upstream, unique, evidence };
  },
};

interface Candidate {
  evidence: Record<string, { verdict?: string; isolation?: string; runId?: string } | undefined>;
}
