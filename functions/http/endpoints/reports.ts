/** The report of a check: what it found, for the person who decides what to do about it. */
import { z } from 'zod';
import { scanReport, type ScanReport } from '../../../shared/domain/checks/vulnerabilities/scan-report.ts';
import type { Digest } from '../../../shared/domain/reference.ts';
import { platformQuery, questionAsked } from '../check-address.ts';
import type { Endpoint } from '../endpoint.ts';
import { candidateAsked, gateAsked } from '../find.ts';
import { notFound } from '../problem.ts';
import { isoTime } from '../schemas/common.ts';
import { scanSeen } from '../schemas/report.ts';

const reportQuery = z.strictObject(platformQuery);

export const getReport: Endpoint = {
  name: 'getReport',
  method: 'GET',
  route: 'gates/{gate}/candidates/{digest}/reports/{check}',
  does: 'Reads what the last scan of a candidate found: each finding, why it fails, what is waived and until when.',
  query: reportQuery,
  answer: { kind: 'json', status: 200, schema: scanSeen },
  async handle(asked) {
    const gate = await gateAsked(asked);
    const candidate = await candidateAsked(asked, gate);
    const { platform } = asked.query(reportQuery);
    const check = questionAsked(asked.param('check'), platform);
    const evidence = candidate.evidence.get(check)?.value.evidence;
    const key = evidence?.state === 'done' ? evidence.report : undefined;
    const found = key === undefined ? undefined : scanReport.safeParse(await asked.world.reports.get(key)).data;
    if (found) return { jsonBody: scanView(gate.name, candidate.row.value.digest, found) };
    const others = [...candidate.evidence].flatMap(([name, { value }]) =>
      value.evidence.state === 'done' && value.evidence.report !== undefined ? [name] : [],
    );
    throw notFound(
      key === undefined
        ? `check "${check}" of this candidate has no report; those that have one are: ${others.join(', ') || 'none yet'}`
        : `the report of check "${check}" is not kept any more; its verdict and reasons are with the candidate`,
    );
  },
};

function scanView(gate: string, digest: Digest, report: ScanReport): z.input<typeof scanSeen> {
  const { schema: _, at, databaseAt, findings, ...rest } = report;
  return {
    gate,
    digest,
    ...rest,
    at: isoTime(at),
    ...(databaseAt === undefined ? {} : { databaseAt: isoTime(databaseAt) }),
    findings: findings.map(({ waived, ...finding }) => ({
      ...finding,
      ...(waived ? { waived: { reason: waived.reason, until: isoTime(waived.until) } } : {}),
    })),
  };
}
