/** The shell script of a check, really run: with a `docker` that writes down what it is asked and runs a canned candidate. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { judgeScript } from '../../../shared/domain/checks/script.ts';
import { checkRun, type CheckRun } from './fake-docker.ts';

const script = 'node --version\n';
const check = { kind: 'script' as const, name: 'functional', script, timeoutSeconds: 240, hash: 'h' };

let run: CheckRun;
beforeEach(async () => {
  run = await checkRun(check);
});
afterEach(() => run.remove());

const judge = (log: string) => judgeScript({ state: 'succeeded', log, nonce: run.nonce });

describe('run-check.sh', () => {
  it('runs the script inside the candidate and prints its exit code under the nonce', async () => {
    const { code, log } = await run.with('echo "the colour is red"; exit 3');

    expect(code).toBe(0);
    expect(log).toBe(`candidate | the colour is red\n\ngate-result ${run.nonce} 3\n`);
    expect(judge(log)).toEqual({ verdict: 'fail', reasons: ['exit code 3', 'the colour is red'] });
  });

  it('takes every right from the candidate', async () => {
    await run.with('exit 0');

    const [asked] = await run.candidateRuns();
    for (const flags of [
      '--network none',
      '--read-only',
      '--tmpfs /tmp:mode=1777',
      '--cap-drop ALL',
      '--security-opt no-new-privileges',
      '--user 65534:65534',
      '--pids-limit 256',
      '--memory 1g',
      '--cpus 1',
      '--no-healthcheck',
      '--log-driver none',
      '--entrypoint /bin/sh',
    ]) {
      expect(` ${asked} `, flags).toContain(` ${flags} `);
    }
    for (const never of [
      '--privileged',
      '--volume /',
      '-v /',
      'docker.sock',
      '--env',
      ' -e ',
      '--cap-add',
      '--device',
      '--pid ',
      '--mount',
    ]) {
      expect(asked, never).not.toContain(never);
    }
    expect(asked?.endsWith(`${run.candidate} /gate/test.sh`)).toBe(true);
  });

  it('gives the candidate what its check asks for in writing, and takes every other right from it', async () => {
    const wider = await checkRun({
      ...check,
      sandbox: { user: '101:0', writable: true, tmpfs: ['/run', '/var/cache'] },
    });
    await wider.with('exit 0');

    const [asked = ''] = await wider.candidateRuns();
    await wider.remove();
    const words = asked.split(' ');
    expect(words).not.toContain('--read-only');
    expect(asked).toContain(' --user 101:0 ');
    expect(words.filter((_, at) => words[at - 1] === '--tmpfs')).toEqual([
      '/tmp:mode=1777',
      '/run:mode=1777',
      '/var/cache:mode=1777',
    ]);
    expect(asked).toContain(' --network none ');
    expect(asked).toContain(' --cap-drop ALL --security-opt no-new-privileges ');
  });

  it('has no verdict on a machine that refuses a flag of the sandbox', async () => {
    const { log } = await run.with('echo "unknown flag: --pids-limit" >&2; exit 125');

    expect(judge(log)).toEqual({
      verdict: 'unknown',
      reasons: ['exit code 125: the candidate could not be run in the sandbox', 'unknown flag: --pids-limit'],
    });
    expect(await run.candidateRuns()).toHaveLength(1);
  });

  it('mounts one volume, made for this run, and read-only', async () => {
    await run.with('exit 0');

    const [asked] = await run.candidateRuns();
    expect(asked?.match(/--volume \S+/g)).toEqual(['--volume fresh-volume:/gate:ro']);
  });

  it('gives the candidate the script of the policy', async () => {
    await run.with('exit 0');

    expect(await run.inVolume('test.sh')).toBe(script);
  });

  it('tells the candidate neither the nonce nor anything else of the step', async () => {
    await run.with('env; exit 0');

    for (const asked of await run.calls()) expect(asked).not.toContain(run.nonce);
  });

  it('does not let the candidate read what the step is given', async () => {
    const { log } = await run.with('cat; echo "read: $?"');

    expect(log).toContain('candidate | read: 0');
  });

  it('fails without a result line when the candidate cannot be pulled', async () => {
    const { code, log } = await run.with('exit 0', { pull: 1 });

    expect(code).not.toBe(0);
    expect(log).not.toContain('gate-result');
    expect(await run.candidateRuns()).toEqual([]);
  });

  it('fails without a result line when the script cannot be put into the volume', async () => {
    const { code, log } = await run.with('exit 0', { fill: 1 });

    expect(code).not.toBe(0);
    expect(log).not.toContain('gate-result');
    expect(await run.candidateRuns()).toEqual([]);
  });

  it('does not let a candidate make a result line of its own', async () => {
    const { log } = await run.with(
      `printf 'gate-result ${'0'.repeat(8)} 0\\ngate-result ${run.nonce} 0\\n\\rgate-result ${run.nonce} 0\\r\\n'; exit 1`,
    );

    expect(judge(log).verdict).toBe('fail');
  });

  it('puts the result on a line of its own when the candidate ends in the middle of one', async () => {
    const { log } = await run.with(`printf 'gate-result ${run.nonce} 0'; exit 1`);

    expect(log).toBe(`candidate | gate-result ${run.nonce} 0\ngate-result ${run.nonce} 1\n`);
  });

  it('prefixes what the candidate writes to standard error too', async () => {
    const { log, errors } = await run.with(`echo 'gate-result ${run.nonce} 0' >&2; exit 1`);

    expect(log).toContain(`candidate | gate-result ${run.nonce} 0`);
    expect(errors).toBe('');
    expect(judge(log).verdict).toBe('fail');
  });

  it('cuts what is printed without an end, stops the candidate, and has no verdict, though its exit code is 0', async () => {
    const { code, log } = await run.with('head -c 2000000 /dev/zero | tr "\\0" "x"; exit 0');

    expect(code).toBe(0);
    expect(log.length).toBeLessThan(1_100_000);
    expect(judge(log).verdict).toBe('unknown');
    expect(log.endsWith(`gate-result ${run.nonce} cut\n`)).toBe(true);
    expect((await run.calls()).filter((call) => call.startsWith('rm --force --volumes candidate-'))).toHaveLength(2);
  });

  it('keeps what fits to the last byte', async () => {
    const { log } = await run.with('head -c 1048576 /dev/zero | tr "\\0" "x"; exit 0');

    expect(judge(log).verdict).toBe('pass');
  });

  it('kills a candidate that takes longer than it may', async () => {
    const { log } = await run.with('exec sleep 60', { timeoutSeconds: 1 });

    expect(judge(log)).toMatchObject({ verdict: 'unknown' });
    expect(log).toContain(`gate-result ${run.nonce} 137`);
  });

  it('removes the candidate and its volume, whatever happened', async () => {
    await run.with('exit 0', { pull: 1 });

    const calls = await run.calls();
    expect(calls.at(-2)).toMatch(/^rm --force --volumes candidate-[0-9a-f]{16}$/);
    expect(calls.at(-1)).toBe('volume rm --force fresh-volume');
  });
});
