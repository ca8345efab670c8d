/** A release with a known fault stops at the gate, though its publisher has signed it: the scanner of the policy finds the fault. */
import type { Step } from '../story.ts';
import { addGate, candidateAt, claimNothingPromoted, judged, publish } from '../toolbox.ts';
import { claim } from '../until.ts';

const VULNERABILITY = 'CVE-2022-3602';

export const vulnerable: Step = {
  id: 'S15',
  title: 'a vulnerable candidate is stopped, and the finding is named; its scanner is pinned by digest',
  async run(context) {
    const { ask, say } = context;
    const { scanner } = await addGate(context);
    const digest = await publish(context, { version: '1.0', signed: true });

    const { outcome, evidence } = await judged(context, digest, 'is settled', (seen) => seen.outcome !== undefined);
    claim('it is rejected', outcome?.kind === 'rejected', outcome);
    claim('it is the scan that has failed, and nothing else', outcome?.reason?.checks?.join() === 'cve', outcome);
    claim('the signature was accepted', evidence['signed']?.verdict === 'pass', evidence);
    await claimNothingPromoted(context);

    const report = (await ask.app(`${candidateAt(digest)}/reports/cve`)) as Report | undefined;
    claim('the report is by the scanner of the policy', report?.tool.endsWith(`@${scanner}`) ?? false, report);
    const finding = report?.findings.find(({ id }) => id === VULNERABILITY);
    claim(`it names ${VULNERABILITY} and what mends it`, finding?.fixed !== undefined, report);
    say(`GET ${candidateAt(digest)}: ${evidence['cve']?.reasons?.join('; ')}`);
    return { digest, scanner, reason: outcome?.reason, finding };
  },
};

interface Report {
  tool: string;
  findings: { id: string; package: string; installed: string; fixed?: string; severity: string }[];
}
