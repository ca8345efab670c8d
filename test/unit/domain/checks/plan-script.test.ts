import { describe, expect, it } from 'vitest';
import { planScript } from '../../../../shared/domain/checks/script.ts';
import { host, repository } from '../../../../shared/domain/reference.ts';
import { A } from '../gate-builders.ts';

const candidate = {
  host: host.parse('quarantine.azurecr.io'),
  repository: repository.parse('node/library/node'),
  digest: A,
};

const plan = (change: { timeoutSeconds?: number; script?: string } = {}) =>
  planScript(
    { kind: 'script', name: 'functional', script: 'node --version\n', timeoutSeconds: 240, hash: 'h', ...change },
    { candidate, runnerImage: 'docker:28-cli', nonce: 'n0nce' },
  );

const file = (path: string) => plan().files.find((one) => one.path === path);

describe('the plan of a script check', () => {
  it('runs one step, whose image is the runner and never the candidate', () => {
    const task = file('acr-task.yaml')?.text ?? '';

    expect(plan().taskFile).toBe('acr-task.yaml');
    expect(task.match(/- id:/g)).toHaveLength(1);
    expect(task).toContain('cmd: "{{.Values.runner}} sh run-check.sh"');
    expect(plan().values).toContainEqual({ name: 'runner', value: 'docker:28-cli', secret: false });
  });

  it('names the candidate by digest', () => {
    expect(plan().values).toContainEqual({
      name: 'candidate',
      value: `quarantine.azurecr.io/node/library/node@${A}`,
      secret: false,
    });
  });

  it('carries the script as it is in the policy, unread', () => {
    const script = 'echo "{{.Values.nonce}}" $NONCE `id` \\\n';

    expect(plan({ script }).files.find(({ path }) => path === 'gate/test.sh')?.text).toBe(script);
  });

  it('gives the run more time than the check: to pull and to start', () => {
    expect(plan({ timeoutSeconds: 240 }).timeoutSeconds).toBe(360);
    expect(plan({ timeoutSeconds: 240 }).values).toContainEqual({ name: 'timeout', value: '240', secret: false });
  });

  it('gives a short check the shortest run that Azure takes', () => {
    expect(plan({ timeoutSeconds: 1 }).timeoutSeconds).toBe(300);
  });

  it('keeps the nonce out of every file', () => {
    for (const { text } of plan().files) expect(text).not.toContain('n0nce');
  });
});
