/** A policy of so many gates with one script check each, in a folder, and the pushes that its gates are told of. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { host, parseTagReference, type TagReference } from '../shared/domain/reference.ts';

export const PUBLIC = host.parse('public.example.com');
export const BASE = host.parse('base.azurecr.io');
export const QUARANTINE = host.parse('quarantine.azurecr.io');

export interface BenchGate {
  name: string;
  from: TagReference;
  to: TagReference;
}

export const benchGates = (count: number): BenchGate[] =>
  Array.from({ length: count }, (_, index) => {
    const name = `gate-${String(index).padStart(4, '0')}`;
    return {
      name,
      from: parseTagReference(`${PUBLIC}/library/${name}:stable`),
      to: parseTagReference(`${BASE}/${name}:stable`),
    };
  });

/** Answers the folder, and how to remove it. */
export function writePolicy(gates: BenchGate[]): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'bench-policy-'));
  mkdirSync(join(folder, 'checks'));
  writeFileSync(join(folder, 'checks', 'test.sh'), 'node --version\n');
  const written = gates.map(
    ({ name, from, to }) => `  ${name}:
    from: ${from.host}/${from.repository}:${from.tag}
    to: ${to.host}/${to.repository}:${to.tag}
    checks:
      functional: { script: checks/test.sh, timeout: 4m }
`,
  );
  writeFileSync(join(folder, 'gates.yaml'), `version: 1\ngates:\n${written.join('')}`);
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  return { folder, remove };
}

/** As Event Grid delivers it. */
export const pushedTo = ({ from }: BenchGate): object => ({
  id: '1',
  eventType: 'Microsoft.ContainerRegistry.ImagePushed',
  subject: `${from.repository}:${from.tag}`,
  eventTime: new Date().toISOString(),
  dataVersion: '1.0',
  data: { target: { repository: from.repository, tag: from.tag }, request: { host: from.host } },
});
