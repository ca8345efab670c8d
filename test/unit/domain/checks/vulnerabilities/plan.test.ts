import { describe, expect, it } from 'vitest';
import { planVulnerabilities, type ScanFacts } from '../../../../../shared/domain/checks/vulnerabilities/plan.ts';
import type { VulnerabilitiesCheck } from '../../../../../shared/domain/check.ts';
import { host, repository, type Digest } from '../../../../../shared/domain/reference.ts';
import { A, B, C } from '../../gate-builders.ts';
import { check, NONCE } from './scan-builders.ts';

const image = (name: string, digest: Digest) => ({
  host: host.parse('quarantine.azurecr.io'),
  repository: repository.parse(name),
  digest,
});
const plan = (change: Partial<VulnerabilitiesCheck> = {}, facts: Partial<ScanFacts> = {}) =>
  planVulnerabilities(check(change), {
    ...{ candidate: image('node', A), scanner: image('trivy', C), platform: 'linux/arm64' },
    ...{ runnerImage: 'docker:28-cli', nonce: NONCE },
    ...facts,
  });
const value = (made: ReturnType<typeof plan>, name: string) => made.values.find((one) => one.name === name)?.value;
const file = (made: ReturnType<typeof plan>, path: string) => made.files.find((one) => one.path === path)?.text;

describe('the plan of a scan', () => {
  it('runs one step, whose image is the runner: neither the candidate nor the scanner', () => {
    const task = file(plan(), 'acr-task.yaml') ?? '';

    expect(task.match(/- id:/g)).toHaveLength(1);
    expect(task).toContain('cmd: "{{.Values.runner}} sh run-scan.sh"');
    expect(value(plan(), 'runner')).toBe('docker:28-cli');
  });

  it('names every image by digest', () => {
    const made = plan({}, { current: image('node', B) });

    expect(value(made, 'candidate')).toBe(`quarantine.azurecr.io/node@${A}`);
    expect(value(made, 'current')).toBe(`quarantine.azurecr.io/node@${B}`);
    expect(value(made, 'scanner')).toBe(`quarantine.azurecr.io/trivy@${C}`);
  });

  it('takes the database from the scanner, or from an image of its own', () => {
    const database = { path: '/cache' };

    expect(value(plan(), 'database')).toBe('none');
    expect(value(plan({ database }), 'database')).toBe(`quarantine.azurecr.io/trivy@${C}`);
    expect(value(plan({ database }, { database: image('trivy-db', B) }), 'database')).toBe(
      `quarantine.azurecr.io/trivy-db@${B}`,
    );
  });

  it('puts the arguments into a file, a line each, with the places of image and database filled in', () => {
    const args = ['--input={image}', '{{.Values.nonce}}', '$NONCE', '{database}/db'];

    expect(file(plan({ args }), 'arguments')).toBe(
      '--input=/image/image.tar\n{{.Values.nonce}}\n$NONCE\n/scratch/database/db\n',
    );
  });

  it('gives the run more time than the check: to pull and to save', () => {
    expect(plan({ timeoutSeconds: 600 }).timeoutSeconds).toBe(1_080);
  });

  it('leaves no value empty, which Azure does not take, and keeps the nonce out of every file', () => {
    for (const one of plan().values) expect(one.value).not.toBe('');
    for (const { text } of plan().files) expect(text).not.toContain(NONCE);
  });
});
