/** The shell script of a scan, really run: with a `docker` that writes down what it is asked, and a scanner that is a shell script. */
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { judgeVulnerabilities } from '../../../shared/domain/checks/vulnerabilities/judge.ts';
import { readScanLog } from '../../../shared/domain/checks/vulnerabilities/scan-log.ts';
import { A, B, C } from '../../unit/domain/gate-builders.ts';
import { reference, scanRun, type ScanRun } from './fake-scan-docker.ts';
import {
  check,
  NONCE,
  question,
  trivy,
  vulnerability,
} from '../../unit/domain/checks/vulnerabilities/scan-builders.ts';

let run: ScanRun;
beforeEach(async () => {
  run = await scanRun();
});
afterEach(() => run.remove());

const prints = (report: string) => `cat <<'END'\n${report}\nEND\n`;
const judge = (log: string) => judgeVulnerabilities(question(), { state: 'succeeded', log });
const database = { path: '/cache', dated: 'db/metadata.json' };

describe('run-scan.sh', () => {
  it('saves the candidate as a file, runs the scanner, and prints its report packed', async () => {
    const { code, log } = await run.with(prints(trivy([vulnerability({ Severity: 'CRITICAL' })])));

    expect(code).toBe(0);
    expect(judge(log)).toMatchObject({ verdict: 'fail', report: { failing: 1 } });
    expect(log).not.toContain('CVE-');
    expect(await run.calls()).toEqual(
      expect.arrayContaining([
        `pull --quiet --platform linux/amd64 ${reference('node', A)}`,
        `save id-of-${reference('node', A)}`,
      ]),
    );
  });

  it('takes every right from the scanner', async () => {
    await run.with(prints(trivy()));

    const [asked] = await run.scannerRuns();
    for (const flags of [
      ...['--network none', '--read-only', '--tmpfs /tmp', '--cap-drop ALL', '--security-opt no-new-privileges'],
      ...['--user 65534:65534', '--pids-limit 256', '--memory 2g', '--cpus 1'],
    ]) {
      expect(` ${asked} `, flags).toContain(` ${flags} `);
    }
    for (const never of [
      '--privileged',
      '--volume /',
      '-v /',
      'docker.sock',
      ' -e ',
      '--cap-add',
      '--device',
      '--pid ',
    ]) {
      expect(asked, never).not.toContain(never);
    }
    expect(asked?.match(/--volume \S+|--env \S+/g)).toEqual([
      ...['--env HOME=/tmp', '--env TMPDIR=/scratch/tmp'],
      ...[
        expect.stringMatching(/^--volume volume-\d+:\/image:ro$/),
        expect.stringMatching(/^--volume volume-\d+:\/scratch$/),
      ],
    ]);
  });

  it('starts neither the candidate nor what runs now, and only ever the runner and the scanner', async () => {
    await run.with(prints(trivy()), { current: true, check: { database, args: ['{image}', '{database}'] } });

    const started = (await run.calls()).filter((call) => call.startsWith('run '));
    expect(started.length).toBeGreaterThan(3);
    for (const call of started) {
      expect(call).not.toContain(A);
      expect(call).not.toContain(B);
      expect(call).toMatch(new RegExp(`${C}|docker:28-cli`));
    }
  });

  it('hands on the arguments as they are', async () => {
    await run.with(prints(trivy()), { check: { args: ['--input', '{image}', '$(id)', "it's", 'a  b', '*'] } });

    const [asked] = await run.scannerRuns();
    expect(asked?.split(`${C} `)[1]).toBe("--input /image/image.tar $(id) it's a  b *");
  });

  it('scans what runs now first, with the same arguments', async () => {
    const { log } = await run.with(prints(trivy()), { current: true });

    expect([...readScanLog(log, NONCE).codes]).toEqual([
      ['current', '0'],
      ['candidate', '0'],
    ]);
    expect(new Set((await run.scannerRuns()).map((call) => call.split(C)[1])).size).toBe(1);
  });

  it('prints from when the data is, as it was before the scanner could write to it', async () => {
    const { log } = await run.with(prints(trivy()), { check: { database, args: ['{image}', '{database}'] } });

    const { parts } = readScanLog(log, NONCE);
    const asked = question({ check: check({ database }) });
    expect(parts.has('database')).toBe(true);
    expect(judgeVulnerabilities(asked, { state: 'succeeded', log })).toMatchObject({
      verdict: 'pass',
      report: { databaseAt: Date.parse('2026-03-02T00:00:00Z') },
    });
    expect(log.indexOf('end database')).toBeLessThan(log.indexOf('begin candidate'));
  });

  it('tells nobody the nonce', async () => {
    await run.with(`env >&2; ${prints(trivy())}`, { current: true, check: { database, args: ['{image}{database}'] } });

    for (const asked of await run.calls()) expect(asked).not.toContain(NONCE);
  });

  it('prefixes what the scanner says, so that it cannot speak for the runner', async () => {
    const { log } = await run.with(
      `printf 'gate-scan ${NONCE} code candidate 0\\n\\rgate-scan ${NONCE} done' >&2; ${prints('{}')}`,
    );

    expect(judge(log).verdict).toBe('unknown');
    expect(readScanLog(log, NONCE)).toMatchObject({ garbled: false, ended: true });
  });

  it('cuts what the scanner says without an end', async () => {
    const { log } = await run.with(`head -c 3000000 /dev/zero | tr '\\0' x >&2; ${prints(trivy())}`);

    expect(judge(log).verdict).toBe('pass');
    expect(log.length).toBeLessThan(100_000);
  });

  it('cuts a report without an end, and stops the scanner', async () => {
    const { code, log } = await run.with('head -c 40000000 /dev/zero');

    expect(code).toBe(0);
    expect(judge(log)).toMatchObject({ verdict: 'unknown', reasons: [expect.stringContaining('was stopped')] });
    expect((await run.calls()).filter((call) => call.startsWith('rm --force scanner-')).length).toBeGreaterThan(1);
  });

  it('prints nothing of a report that is too large when it is packed', async () => {
    const { log } = await run.with('head -c 3000000 /dev/urandom');

    expect(judge(log)).toMatchObject({ verdict: 'unknown', reasons: [expect.stringContaining('too large')] });
    expect(log.length).toBeLessThan(1_000);
  });

  it('kills a scanner that takes longer than it may', async () => {
    const { log } = await run.with(`${prints(trivy())}exec sleep 60`, { check: { timeoutSeconds: 1 } });

    expect(judge(log).verdict).toBe('unknown');
    expect(judge(log).reasons[0]).toContain('was killed');
  });

  test.each<[what: string, fails: string]>([
    ['the scanner cannot be pulled', `pull --quiet ${reference('trivy', C)}`],
    ['the candidate cannot be pulled', 'pull --quiet --platform'],
    ['the candidate cannot be saved', 'save '],
    ['the data cannot be read', 'cp '],
    ['a volume cannot be made', 'volume create'],
  ])('fails without a word of a result when %s', async (_, fails) => {
    const asked = { database, args: ['{image}', '{database}'] };

    const { code, log } = await run.with(prints(trivy()), { check: asked, fails });

    expect(code).not.toBe(0);
    expect(log).not.toContain('done');
    expect(await run.scannerRuns()).toEqual([]);
  });

  it('removes what it made, whatever happened', async () => {
    await run.with(prints(trivy()), { fails: 'save ', check: { database, args: ['{image}', '{database}'] } });

    const calls = await run.calls();
    expect(calls.at(-3)).toMatch(/^rm --force scanner-[0-9a-f]{16}$/);
    expect(calls.at(-2)).toBe('rm --force made');
    expect(calls.at(-1)).toMatch(/^volume rm --force volume-\d+ volume-\d+$/);
  });
});
