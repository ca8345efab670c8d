/** The `script` check: a quick run of the trusted runner, with the candidate nested in it. */
import { judgeScript, planScript } from '../../../../shared/domain/checks/script.ts';
import type { ScriptCheck } from '../../../../shared/domain/check.ts';
import type { CheckEffects } from './kind.ts';
import { startPlan } from './start-plan.ts';

export const scriptEffects: CheckEffects<ScriptCheck> = {
  start: (world, { check, image, nonce }) =>
    startPlan(world, planScript(check, { candidate: image, nonce, runnerImage: world.runnerImage })),
  judge: ({ runnerImage }, { nonce }, run) => ({ ...judgeScript({ ...run, nonce }), tool: runnerImage }),
};
