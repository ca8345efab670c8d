/** The story, in its order. The clean-up (S14) is played after it, whatever happened. */
import { before } from './steps/before.ts';
import { builtOnTheGatedBase } from './steps/s9-built-on-the-gated-base.ts';
import { firstDeployment } from './steps/s5-first-deployment.ts';
import { gate } from './steps/s8-gate.ts';
import { green } from './steps/s10-green.ts';
import { leastPrivilege } from './steps/s3-roles.ts';
import { publicImage } from './steps/s1-public-image.ts';
import { pullTokens } from './steps/s4-pull-tokens.ts';
import { approved } from './steps/s17-approved.ts';
import { quietLogs } from './steps/quiet-logs.ts';
import { red } from './steps/s11-red.ts';
import { releaseWhileRed } from './steps/s12-release.ts';
import { taskCheck } from './steps/s8-task-check.ts';
import { schedule } from './steps/s1-schedule.ts';
import { redeployInPlace } from './steps/s6-redeploy-in-place.ts';
import { upstreamCredentials } from './steps/s2-upstream-credentials.ts';
import { unsigned } from './steps/s16-unsigned.ts';
import { vulnerable } from './steps/s15-vulnerable.ts';
import { watch } from './steps/s13-watch.ts';
import { withoutGate } from './steps/s7-before.ts';
import type { Step } from './story.ts';

export const steps: Step[] = [
  publicImage,
  upstreamCredentials,
  leastPrivilege,
  pullTokens,
  firstDeployment,
  redeployInPlace,
  gate,
  builtOnTheGatedBase,
  before,
  taskCheck,
  green,
  red,
  releaseWhileRed,
  watch,
  withoutGate,
  vulnerable,
  unsigned,
  approved,
  schedule,
  quietLogs,
];
