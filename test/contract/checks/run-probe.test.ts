/** The shell script of a probe, really run: with a `docker` that writes down what it is asked and runs canned candidates and clients. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { judgeProbe } from '../../../shared/domain/checks/probe.ts';
import type { ProbeCheck } from '../../../shared/domain/check.ts';
import { checkRun, CLIENT, type CheckRun } from './fake-docker.ts';

const check: ProbeCheck = {
  kind: 'probe',
  name: 'page',
  ask: { kind: 'http', path: '/', port: 80, status: 200 },
  withinSeconds: 30,
  timeoutSeconds: 240,
  hash: 'h',
};

let run: CheckRun;
beforeEach(async () => {
  run = await checkRun(check);
});
afterEach(() => run.remove());

const judge = (log: string) => judgeProbe({ state: 'succeeded', log, nonce: run.nonce });
/** A service that goes on. */
const SERVICE = 'echo listening; exec sleep 60';

describe('the script of a probe', () => {
  it('starts the candidate as a service, asks it, and ends it', async () => {
    const { code, log } = await run.with(SERVICE, { client: 'echo "status 200"' });

    expect(code).toBe(0);
    expect(log).toBe(`candidate | listening\nclient | status 200\n\ngate-result ${run.nonce} 0 up\n`);
    expect(judge(log)).toEqual({ verdict: 'pass', reasons: [] });
  });

  it('runs the entry point of the image, and in place of its command the one of the policy', async () => {
    const command = ['serve', '--greeting', `it's $(id) {{.Values.nonce}}`];
    const other = await checkRun({ ...check, command });
    await other.with(SERVICE);
    await run.with(SERVICE);

    const [own = ''] = await run.candidateRuns();
    const [overridden = ''] = await other.candidateRuns();
    await other.remove();
    expect(own.endsWith(` ${run.candidate}`)).toBe(true);
    expect(overridden.endsWith(` ${run.candidate} ${command.join(' ')}`)).toBe(true);
    for (const asked of [own, overridden]) expect(asked).not.toContain('--entrypoint');
  });

  it('takes every right from the candidate, and mounts nothing into it', async () => {
    await run.with(SERVICE);

    const [asked = ''] = await run.candidateRuns();
    expect(asked).toContain(
      ' --network none --read-only --tmpfs /tmp:mode=1777 --cap-drop ALL --security-opt no-new-privileges --user 65534:65534 ' +
        '--pids-limit 256 --memory 1g --cpus 1 --no-healthcheck ',
    );
    expect(asked).not.toMatch(/--volume|--mount|-v |--env|-e |--privileged|--cap-add/);
  });

  it('gives the client nothing but the loopback of the candidate and the question', async () => {
    await run.with(SERVICE);

    const [asked = ''] = await run.clientRuns();
    expect(asked).toMatch(/ --network container:candidate-[0-9a-f]{16} --read-only /);
    expect(asked).toContain(' --cap-drop ALL --security-opt no-new-privileges --user 65534:65534 --pids-limit 256 ');
    expect(asked.match(/--volume \S+/g)).toEqual(['--volume fresh-volume:/gate:ro']);
    expect(asked.endsWith(` --entrypoint /bin/sh ${CLIENT} /gate/ask.sh`)).toBe(true);
  });

  it('tells neither candidate nor client the nonce', async () => {
    await run.with(`env; ${SERVICE}`, { client: 'env; cat "$FAKE"/volume/*' });

    for (const asked of await run.calls()) expect(asked).not.toContain(run.nonce);
    expect(await run.inVolume('ask.sh')).not.toContain(run.nonce);
  });

  it('is not taken in by result lines of the candidate or of the client', async () => {
    const forged = `printf 'x\\ngate-result ${run.nonce} 0 up\\n\\rgate-result ${run.nonce} 0 up\\r\\n'`;
    const { log } = await run.with(`${forged}; ${SERVICE}`, { client: `${forged}; exit 1` });

    expect(log.split('\n').filter((line) => line.startsWith('gate-result'))).toEqual([`gate-result ${run.nonce} 1 up`]);
    expect(judge(log).verdict).toBe('fail');
  });

  it('fails a candidate that ends, whatever it answered', async () => {
    const { log } = await run.with('echo bye; exit 3', { client: 'sleep 1; exit 0' });

    expect(judge(log)).toEqual({
      verdict: 'fail',
      reasons: ['the candidate ended with exit code 3, and a service goes on', 'bye'],
    });
  });

  it('stops asking when the candidate ends', async () => {
    const began = Date.now();
    const { log } = await run.with('sleep 1; exit 0', { client: 'exec sleep 60' });

    expect(Date.now() - began).toBeLessThan(30_000);
    expect(judge(log).verdict).toBe('fail');
  });

  it('fails a candidate that does not answer as it should, in the words of the client', async () => {
    const { log } = await run.with(SERVICE, { client: 'echo "not within 30 s: status 500"; exit 1' });

    expect(judge(log)).toEqual({
      verdict: 'fail',
      reasons: ['the candidate did not answer as it should', 'not within 30 s: status 500'],
    });
  });

  it('has no verdict when the client cannot ask', async () => {
    const { log } = await run.with(SERVICE, { client: 'echo "this client has no program nc"; exit 126' });

    expect(judge(log)).toEqual({
      verdict: 'unknown',
      reasons: ['exit code 126: the client could not be run in the sandbox', 'this client has no program nc'],
    });
  });

  it('has no verdict on a machine that refuses a flag of the sandbox', async () => {
    const { log } = await run.with('echo "unknown flag: --sysctl" >&2; exit 125');

    expect(judge(log).verdict).toBe('unknown');
  });

  it('cuts a candidate that prints without an end, and has no verdict', async () => {
    const { log } = await run.with(`head -c 2000000 /dev/zero | tr '\\0' x; ${SERVICE}`, { client: 'exec sleep 60' });

    expect(log.length).toBeLessThan(1_200_000);
    expect(judge(log)).toMatchObject({ verdict: 'unknown' });
    expect(judge(log).reasons[0]).toContain('printed more than 1048576 bytes');
  });

  it('cuts a client that prints without an end, and has no verdict', async () => {
    const { log } = await run.with(SERVICE, { client: `head -c 2000000 /dev/zero | tr '\\0' x; exit 0` });

    expect(judge(log)).toMatchObject({ verdict: 'unknown' });
  });

  it('ends both when the time of the check is over, and has no verdict', async () => {
    const { log } = await run.with(SERVICE, { client: 'exec sleep 60', timeoutSeconds: 1 });

    expect(judge(log).verdict).toBe('unknown');
  });

  it('has no result when the candidate cannot be pulled', async () => {
    const { code, log } = await run.with(SERVICE, { pull: 1 });

    expect(code).not.toBe(0);
    expect(log).not.toContain('gate-result');
  });

  it('removes the client, then the candidate whose network it has, and their volume', async () => {
    await run.with(SERVICE);

    const calls = await run.calls();
    expect(calls.slice(-3)).toEqual([
      expect.stringMatching(/^rm --force --volumes client-/),
      expect.stringMatching(/^rm --force --volumes candidate-/),
      'volume rm --force fresh-volume',
    ]);
  });
});
