/** A request to every endpoint that is answered with success, and a world in which it is: for what has to hold of all of them. */
import type { EndpointName } from '../../../../functions/http/access.ts';
import { reportOf } from '../../../../shared/domain/checks/vulnerabilities/scan-report.ts';
import { weigh } from '../../../../shared/domain/checks/vulnerabilities/weigh.ts';
import { promotionKey } from '../../../../shared/ledger/gate-rows.ts';
import { appKey, type AppRow } from '../../../../shared/ledger/image-book.ts';
import { A, B, C, done, NOW, promotion, subjectOf } from '../../domain/gate-builders.ts';
import { image } from '../../../fakes/images.ts';
import { functionWorld, UPSTREAM, type FunctionWorld } from '../world.ts';
import type { Call } from './call.ts';

export const WHY = 'incident 4711';
const REPORT = 'node/aaa/functional/linux-amd64/1.json';
const SCANNED = {
  check: 'functional',
  format: 'trivy',
  tool: 'trivy@sha256:1',
  platform: 'linux/amd64',
  at: NOW,
  databaseAt: undefined,
} as const;
const because = { reason: WHY };
const gate = { params: { gate: 'node' } };
const candidate = { params: { gate: 'node', digest: A } };
const app = { params: { app: 'web' } };
const hello = { params: { image: 'hello' } };

export const REQUESTS: Record<EndpointName, Call> = {
  describeApi: {},
  getApp: app,
  getCandidate: candidate,
  getCheckLog: { params: { ...candidate.params, check: 'functional' } },
  getGate: gate,
  getReport: { params: { ...candidate.params, check: 'functional' } },
  getHealth: {},
  getHold: {},
  getImage: hello,
  getRollout: { params: { id: 'hello' } },
  listApps: {},
  listCandidates: gate,
  listGates: {},
  listImages: {},
  listRecorded: gate,
  readJournal: {},
  abortCandidate: { ...candidate, body: because },
  holdAll: { body: because },
  holdGate: { ...gate, body: because },
  requestAppHold: { ...app, body: because },
  requestAppResume: { ...app, body: because },
  requestBuild: { ...hello, body: because },
  requestPromotion: { ...gate, body: because },
  requestRecheck: { ...candidate, body: because },
  resumeAll: { body: because },
  resumeGate: { ...gate, body: because },
  rollBackApp: { ...app, body: because },
  getFreeze: {},
  freezeAll: { body: { ...because, until: new Date(Date.now() + 3_600_000).toISOString() } },
  thawAll: { body: because },
  requestOverride: { ...candidate, body: { ...because, skip: 'soak' } },
  decideApproval: { ...candidate, body: { ...because, decision: 'approve' } },
  recallDigest: { params: { gate: 'node', digest: B }, body: because },
  liftRecall: { params: { gate: 'node', digest: C }, body: because },
};

/** A candidate that has passed and waits for an operator's approval, an app with a version before the one it runs, a current promotion, and a recall. */
export async function worldForAll(): Promise<FunctionWorld> {
  const world = functionWorld({ gates: { 'soak: 3d': 'approval: { role: operator }' } });
  const hash = world.policy.gates['node']?.checks[0]?.hash ?? '';
  world.upstreams.set(UPSTREAM, image(['base', 'node']).manifest);
  const { runId } = await world.runs.startQuickRun({
    host: world.quarantine,
    files: [],
    taskFile: 'acr-task.yaml',
    values: [],
    timeoutSeconds: 300,
  });
  await world.setGate({
    sequence: 2,
    current: promotion(B, 1),
    upstream: { digest: A, since: NOW, sequence: 2 },
    recalled: [{ digest: C, subject: subjectOf(C), by: 'bob', why: 'the wrong one', at: NOW }],
  });
  await world.setCandidate(
    { digest: A, sequence: 2, subject: subjectOf(A) },
    { functional: done('pass', { checkHash: hash, runId, report: REPORT }) },
  );
  await world.reports.put(REPORT, reportOf(weigh({ fail: {}, waivers: [] }, { found: [], now: NOW }), SCANNED));
  const data = { ...promotion(B, 1), layers: [] };
  await world.ledger.write('gates', 'node', [
    { kind: 'put', key: promotionKey(1), ifMatch: 'new', open: false, schema: 1, data },
  ]);
  const healthy = (digest: typeof A, number: number) => ({
    digest,
    number,
    key: `k${number}`,
    group: {},
    secrets: {},
    at: NOW,
  });
  const row: Partial<AppRow> = {
    attempts: 2,
    deployment: { attempt: 2, digest: A, number: 2, key: 'k2', putBack: false, state: 'healthy', startedAt: NOW },
    lastHealthy: healthy(A, 2),
    previousHealthy: healthy(B, 1),
  };
  await world.ledger.write('images', 'hello', [
    { kind: 'put', key: appKey('web'), ifMatch: 'any', open: true, schema: 1, data: row },
  ]);
  return world;
}
