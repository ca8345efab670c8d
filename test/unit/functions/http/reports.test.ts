import { beforeEach, describe, expect, it } from 'vitest';
import { reportOf } from '../../../../shared/domain/checks/vulnerabilities/scan-report.ts';
import { weigh } from '../../../../shared/domain/checks/vulnerabilities/weigh.ts';
import { finding } from '../../domain/checks/vulnerabilities/scan-builders.ts';
import { A, done, MINUTE, NOW, running } from '../../domain/gate-builders.ts';
import { functionWorld, type FunctionWorld } from '../world.ts';
import { call } from './call.ts';

const KEY = 'node/aaa/cve/linux-amd64/1.json';
const ask = (check = 'cve') => call(world, 'getReport', { params: { gate: 'node', digest: A, check } });

let world: FunctionWorld;
beforeEach(async () => {
  world = functionWorld();
  await world.setCandidate(
    { digest: A, subject: A },
    { cve: done('fail', { report: KEY }), functional: done('pass'), slow: running() },
  );
});

async function keep(): Promise<void> {
  const critical = finding({ severity: 'critical' });
  const waiver = { id: 'CVE-2026-2', reason: 'not used', expiresAt: NOW + MINUTE };
  const weighed = weigh(
    { fail: { critical: 'any', high: 'any' }, waivers: [waiver] },
    { found: [finding({ id: 'CVE-2026-2' }), critical], current: [finding({ id: 'CVE-2026-3' })], now: NOW },
  );
  const about = { check: 'cve', format: 'trivy' as const, tool: 'trivy@sha256:1', platform: 'linux/amd64', at: NOW };
  await world.reports.put(KEY, reportOf(weighed, { ...about, databaseAt: NOW - MINUTE }));
}

describe('GET reports', () => {
  it('lists each finding: why it fails, that it is new, and what is waived until when', async () => {
    await keep();

    const { status, json } = await ask();

    expect(status).toBe(200);
    expect(json).toMatchObject({
      ...{ gate: 'node', digest: A, check: 'cve', tool: 'trivy@sha256:1', failing: 1, waived: 1, leftOut: 0 },
      ...{ at: '2026-03-02T10:00:00.000Z', databaseAt: '2026-03-02T09:59:00.000Z' },
      findings: [
        { id: 'CVE-2026-1', severity: 'critical', fails: 'none of this severity may be there', isNew: true },
        { id: 'CVE-2026-2', isNew: true, waived: { reason: 'not used', until: '2026-03-02T10:01:00.000Z' } },
      ],
      removed: { counts: { high: 1 }, findings: [{ id: 'CVE-2026-3' }] },
    });
  });

  it('is linked from the evidence of the candidate', async () => {
    const { json } = await call(world, 'getCandidate', { params: { gate: 'node', digest: A } });

    expect(json['evidence']).toMatchObject({ cve: { report: `/api/gates/node/candidates/${A}/reports/cve` } });
    expect(json['evidence']).not.toHaveProperty('functional.report');
  });

  it('of one platform of several is named by its platform', async () => {
    const { evidence } = { evidence: { 'cve:linux/arm64': done('fail', { report: KEY }) } };
    await world.setCandidate({ digest: A, subject: A }, evidence);
    await keep();

    const { json } = await call(world, 'getCandidate', { params: { gate: 'node', digest: A } });
    const address = (json['evidence'] as Record<string, { report: string }>)['cve:linux/arm64']?.report ?? '';
    const [path = '', query = ''] = address.split('?');
    const params = { gate: 'node', digest: A, check: path.split('/').at(-1) ?? '' };

    expect(await call(world, 'getReport', { params, query })).toMatchObject({ status: 200, json: { failing: 1 } });
  });

  it.each(['functional', 'slow', 'nothing'])('says that check "%s" has none, and which have', async (check) => {
    const { status, json } = await ask(check);

    expect(status).toBe(404);
    expect(json['detail']).toBe(`check "${check}" of this candidate has no report; those that have one are: cve`);
  });

  it('says that a report is not kept any more', async () => {
    expect(await ask()).toMatchObject({ status: 404, json: { detail: expect.stringContaining('not kept any more') } });
  });

  it('shows nothing that is no report of ours, whoever wrote it there', async () => {
    await world.reports.put(KEY, { schema: 1, findings: '<script>' });

    expect((await ask()).status).toBe(404);
  });
});
