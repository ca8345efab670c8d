/** The `probe` check: a quick run of the trusted runner, with the candidate and the client that asks it nested in it. */
import { clientOf, judgeProbe, planProbe } from '../../../../shared/domain/checks/probe.ts';
import type { ProbeCheck } from '../../../../shared/domain/check.ts';
import type { Surroundings } from '../../activity.ts';
import type { CheckEffects } from './kind.ts';
import { startPlan } from './start-plan.ts';

export const probeEffects: CheckEffects<ProbeCheck> = {
  start: (world, { check, image, nonce }) =>
    startPlan(
      world,
      planProbe(check, { candidate: image, nonce, runnerImage: world.runnerImage, clientImage: clientImage(world) }),
    ),
  judge: (world, { check, nonce }, run) => ({
    ...judgeProbe({ ...run, nonce }),
    tool: clientOf(check, { clientImage: clientImage(world) }),
  }),
};

/** The runner has what it takes to ask, if it is the official `docker` image; `PROBE_IMAGE` is for one that has not. */
const clientImage = ({ probeImage, runnerImage }: Surroundings): string => probeImage ?? runnerImage;
