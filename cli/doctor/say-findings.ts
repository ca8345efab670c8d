/** Findings for a person: the worst first, each with where it is, why it matters, and what mends it. */
import type { Finding, Severity } from '../../shared/domain/doctor/finding.ts';
import { oneLine } from '../one-line.ts';

const CALLED: Record<Severity, string> = { error: 'error', warning: 'warning', unseen: 'not seen' };

export const sayFindings = (findings: Finding[]): string[] => [
  ...findings.flatMap(({ severity, what, where, why, fix }) => [
    oneLine(`${CALLED[severity].padEnd(8)}  ${what}`),
    ...(what.includes(where) ? [] : [oneLine(`  where   ${where}`)]),
    oneLine(`  why     ${why}`),
    ...fix.split('\n').map((line, index) => oneLine(`  ${index === 0 ? 'fix' : '   '}     ${line}`)),
  ]),
  sayCount(findings),
];

function sayCount(findings: Finding[]): string {
  const count = (severity: Severity) => findings.filter((one) => one.severity === severity).length;
  const [errors, warnings, unseen] = [count('error'), count('warning'), count('unseen')];
  if (findings.length === 0) return 'nothing is wrong';
  const parts = [counted(errors, 'error'), counted(warnings, 'warning')];
  return unseen === 0 ? parts.join(', ') : `${parts.join(', ')}; ${unseen} could not be looked at`;
}

const counted = (count: number, name: string): string => `${count} ${name}${count === 1 ? '' : 's'}`;
