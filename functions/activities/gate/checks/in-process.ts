/** A kind of check that the app answers itself, at once. Where it cannot ask, nobody knows, and it is asked again. */
import type { Judgement } from '../../../../shared/domain/checks/judgement.ts';
import type { Check } from '../../../../shared/domain/check.ts';
import type { Surroundings } from '../../activity.ts';
import type { Asked, CheckEffects } from './kind.ts';

/** The errors of the ports, told by their codes: adapters are not known here. Everything else is a fault of ours, and is thrown. */
const TROUBLE = ['ServiceTrouble', 'ServiceRefused', 'DeadlineExceeded'];

export const inProcess = <C extends Check>(
  kind: C['kind'],
  judge: (world: Surroundings, asked: Asked<C>) => Promise<Judgement>,
): CheckEffects<C> => ({
  async start(world, asked) {
    const judgement = await judge(world, asked).catch(asUnknown);
    return { kind: 'answered', tool: `gated-import: ${kind}`, ...judgement };
  },
  judge: (_, { check }) => {
    throw new Error(`check "${check.name}" is answered at once and has no run to judge`);
  },
});

function asUnknown(error: unknown): Judgement {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (!(error instanceof Error) || !TROUBLE.includes(code)) throw error;
  return { verdict: 'unknown', reasons: [error.message] };
}
