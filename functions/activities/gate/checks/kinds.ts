/** Every kind of check, and what it does. */
import type { Check } from '../../../../shared/domain/check.ts';
import { configEffects } from './config.ts';
import type { CheckEffects } from './kind.ts';
import { probeEffects } from './probe.ts';
import { scriptEffects } from './script.ts';
import { signatureEffects } from './signature.ts';
import { taskEffects } from './task.ts';
import { vulnerabilitiesEffects } from './vulnerabilities.ts';

const kinds: { [Kind in Check['kind']]: CheckEffects<Extract<Check, { kind: Kind }>> } = {
  script: scriptEffects,
  probe: probeEffects,
  task: taskEffects,
  vulnerabilities: vulnerabilitiesEffects,
  config: configEffects,
  signature: signatureEffects,
};

/** That the effects take checks of this very kind, the table says; the compiler does not follow it through the index. */
export const effectsOf = (check: Check): CheckEffects<Check> => kinds[check.kind] as CheckEffects<Check>;
