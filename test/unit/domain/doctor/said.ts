/** What the doctor says, a line for each finding. */
import { diagnose } from '../../../../shared/domain/doctor/diagnose.ts';
import type { Facts } from '../../../../shared/domain/doctor/facts.ts';

export const said = (facts: Facts): string[] =>
  diagnose(facts).map(({ severity, code, what }) => `${severity} ${code}: ${what}`);
