/** The `task` check: a run of a team's own task file, with the upstream's tag in quarantine on the candidate. */
import { judgeTask, planTask } from '../../../../shared/domain/checks/task.ts';
import type { TaskCheck } from '../../../../shared/domain/check.ts';
import type { Gate } from '../../../../shared/domain/policy.ts';
import { formatReference, type DigestReference } from '../../../../shared/domain/reference.ts';
import type { Surroundings } from '../../activity.ts';
import type { CheckEffects } from './kind.ts';

export const taskEffects: CheckEffects<TaskCheck> = {
  async start(world, { gate, check, image }) {
    await pointUpstreamTag(world, gate, image);
    const plan = planTask(check, { candidate: image, from: `${world.quarantine}/${gate.name}/` });
    return { kind: 'run', ...(await world.runs.startFileRun({ host: world.quarantine, ...plan })) };
  },
  judge: (_, { check, image }, run) => ({
    ...judgeTask({ ...run, candidate: image }),
    tool: `${check.context}:${check.file}`,
    isolation: 'none',
  }),
};

/** The upstream's tag, the only one in the candidate's repository, names the candidate before the run begins, and no other run moves it. */
async function pointUpstreamTag({ registries }: Surroundings, gate: Gate, candidate: DigestReference): Promise<void> {
  const tagged = { host: candidate.host, repository: candidate.repository, tag: gate.from.tag };
  if ((await registries.digestOf(tagged)) === candidate.digest) return;
  const manifest = await registries.manifest(candidate);
  if (!manifest) throw new Error(`${formatReference(candidate)} is not in quarantine any more`);
  if ((await registries.putManifest(tagged, manifest)) === 'locked') {
    throw new Error(
      `${formatReference(tagged)} is locked, so no task check can find its candidate there; unlock the tag`,
    );
  }
}
