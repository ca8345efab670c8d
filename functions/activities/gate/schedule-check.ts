/** Schedules the run of a check in the quarantine registry. Not idempotent: whoever asks has written the attempt down. */
import { planScript } from '../../../shared/domain/checks/script.ts';
import { planTask } from '../../../shared/domain/checks/task.ts';
import type { Check, Gate, ScriptCheck, TaskCheck } from '../../../shared/domain/policy.ts';
import { formatReference, type Digest, type DigestReference } from '../../../shared/domain/reference.ts';
import type { Surroundings } from '../activity.ts';
import { quarantineOf } from './intake-candidate.ts';

interface Asked {
  subject: Digest;
  nonce: string;
}

export function scheduleCheck(
  world: Surroundings,
  gate: Gate,
  check: Check,
  { subject, nonce }: Asked,
): Promise<{ runId: string }> {
  const candidate = { ...quarantineOf(world, gate), digest: subject };
  switch (check.kind) {
    case 'script':
      return scheduleScript(world, check, { candidate, nonce });
    case 'task':
      return scheduleTask(world, gate, check, candidate);
  }
}

function scheduleScript(
  { runs, quarantine, runnerImage }: Surroundings,
  check: ScriptCheck,
  facts: { candidate: DigestReference; nonce: string },
) {
  const plan = planScript(check, { ...facts, runnerImage });
  return runs.startQuickRun({
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
}

/** The upstream's tag, the only one in the candidate's repository, names the candidate before the run begins, and no other run moves it. */
async function scheduleTask(
  { runs, registries, quarantine }: Surroundings,
  gate: Gate,
  check: TaskCheck,
  candidate: DigestReference,
) {
  const tagged = { host: candidate.host, repository: candidate.repository, tag: gate.from.tag };
  if ((await registries.digestOf(tagged)) !== candidate.digest) {
    const manifest = await registries.manifest(candidate);
    if (!manifest) throw new Error(`${formatReference(candidate)} is not in quarantine any more`);
    if ((await registries.putManifest(tagged, manifest)) === 'locked') {
      throw new Error(
        `${formatReference(tagged)} is locked, so no task check can find its candidate there; unlock the tag`,
      );
    }
  }
  const plan = planTask(check, { candidate, from: `${quarantine}/${gate.name}/` });
  return runs.startFileRun({ host: quarantine, ...plan });
}
