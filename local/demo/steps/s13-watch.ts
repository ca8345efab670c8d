/** Whoever wants to know looks: the runs of a registry and their logs while they run, and at why the gate let a candidate not pass. */
import { registriesOf } from '../../azure.ts';
import { createAzureClient, TASKS_API_VERSION } from '../../provision/azure-client.ts';
import { followLog } from '../ask/follow-log.ts';
import type { Run } from '../ask/runs.ts';
import type { Context, Facts, Step } from '../story.ts';
import { claim } from '../until.ts';
import { GATE } from '../walkthrough.ts';

export const watch: Step = {
  id: 'S13',
  title: 'runs and their logs can be watched, and the reason of a rejection is one request away',
  async run(context) {
    return { runs: await listRuns(context), followed: await follow(context), ...(await whyRejected(context)) };
  },
};

/** How many runs of each registry ended how. */
async function listRuns({ ask, say }: Context): Promise<Facts> {
  const facts: Record<string, Record<string, number>> = {};
  for (const role of ['public', 'quarantine', 'team'] as const) {
    const runs = await ask.runs[role].all();
    claim(`the ${role} registry lists its runs`, runs.length > 0, runs.length);
    const count: Record<string, number> = {};
    for (const { status } of runs) count[status] = (count[status] ?? 0) + 1;
    facts[role] = count;
  }
  say(`runs: ${JSON.stringify(facts)}`);
  return facts;
}

const WORDS = ['watched-one', 'watched-two', 'watched-three'];
const FOLLOWED_WITHIN_SECONDS = 60;

/** A run that takes its time: each line is seen while it runs. */
async function follow({ local, ask, say }: Context): Promise<Facts> {
  const { public: registry } = registriesOf(local.instance);
  const azure = createAzureClient(local.instance);
  const { properties } = (await azure.post(`${registry.id}/scheduleRun`, TASKS_API_VERSION, {
    type: 'EncodedTaskRunRequest',
    encodedTaskContent: Buffer.from(
      [
        'version: v1.1.0',
        'steps:',
        `  - cmd: "{{.Run.Registry}}/busybox:1.36 sh -c '${WORDS.map((word) => `echo ${word}; sleep 1`).join('; ')}'"`,
      ].join('\n'),
    ).toString('base64'),
    platform: { os: 'Linux', architecture: process.arch === 'x64' ? 'amd64' : process.arch },
  })) as { properties: Run };
  const { runId } = properties;
  const { logLink } = (await azure.post(`${registry.id}/runs/${runId}/listLogSasUrl`, TASKS_API_VERSION, {})) as {
    logLink: string;
  };

  const seen: { line: string; whileRun: string | undefined }[] = [];
  for await (const line of followLog(logLink, { withinSeconds: FOLLOWED_WITHIN_SECONDS })) {
    if (!WORDS.includes(line)) continue;
    const run = (await ask.runs.public.all()).find((one) => one.runId === runId);
    seen.push({ line, whileRun: run?.status });
    say(`run ${runId} is ${run?.status}, and its log says ${line}`);
  }
  claim('the log has each line once, in order', seen.map(({ line }) => line).join() === WORDS.join(), seen);
  claim('its lines were there while it ran', seen[0]?.whileRun === 'Running', seen);
  const ended = await ask.runs.public.succeeded(`run ${runId}`, (run) => run.runId === runId);
  return { runId, seen, status: ended.status };
}

interface Candidate {
  digest: string;
  outcome?: { kind: string; reason?: { kind: string; details?: string[] } };
  why?: string;
  evidence: Record<string, { verdict?: string; reasons?: string[]; runId?: string; log?: string }>;
}

/** The reason in one request, and the whole log of the check in a second one. */
async function whyRejected({ local, ask, say }: Context): Promise<Facts> {
  const { candidates } = (await ask.app(`/api/gates/${GATE}`)) as { candidates: Candidate[] };
  const rejected = candidates.find(({ outcome }) => outcome?.kind === 'rejected');
  if (!rejected) throw new Error(`the gate ${GATE} lists no rejected candidate`);
  const path = `/api/gates/${GATE}/candidates/${rejected.digest}`;
  const { why, outcome, evidence } = (await ask.app(path)) as Candidate;
  claim('the reason is in words', why !== undefined && why !== '', why);
  say(`GET ${path}: ${why}`);

  const check = 'functional';
  const { log, runId, reasons = [] } = evidence[check] ?? {};
  if (log === undefined || runId === undefined)
    throw new Error(`${path} names no log of the check "${check}": ${JSON.stringify(evidence)}`);
  const answer = await fetch(`${local.endpoints.app}${log}`);
  const text = await answer.text();
  claim('the log of the check is answered', answer.status === 200, `${answer.status}: ${text}`);
  claim('it has the reason', reasons.length > 0 && reasons.every((line) => says(text, line)), text);
  claim('it is the log of the run', text === (await ask.runs.quarantine.log(runId)), text);
  return { candidate: rejected.digest, why, outcome, check, runId, log };
}

/** An exit code is in the last line of the log in a form of its own. */
const says = (log: string, detail: string): boolean => {
  const exitCode = /^exit code (\d+)$/.exec(detail)?.[1];
  return exitCode === undefined ? log.includes(detail) : new RegExp(`^gate-result \\S+ ${exitCode}$`, 'm').test(log);
};
