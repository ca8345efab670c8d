/** The surroundings of a function on fakes: the policy of one gate, one image and one app, and stories that only note that they were started. */
import type { Log, Stories, StoryName } from '../../../functions/activities/activity.ts';
import type { Evidence } from '../../../shared/domain/gate-state.ts';
import { candidateKey } from '../../../shared/domain/ids.ts';
import type { Policy } from '../../../shared/domain/policy.ts';
import { host, type Digest, type Host } from '../../../shared/domain/reference.ts';
import { readGate } from '../../../shared/ledger/gate-book.ts';
import {
  evidenceKey,
  GATE,
  newGate,
  type CandidateRow,
  type EvidenceRow,
  type GateRow,
} from '../../../shared/ledger/gate-rows.ts';
import { requestedOf } from '../../../shared/ledger/request.ts';
import { put } from '../../../shared/ledger/rows.ts';
import { noTelemetry, type Attributes, type Telemetry } from '../../../shared/telemetry.ts';
import { fakePorts, type FakePorts } from '../../fakes/ports.ts';
import { valid, type Change } from '../domain/policy-fixture.ts';

export const UPSTREAM = 'public.example.com/node:15-alpine';
export const STABLE = 'base.azurecr.io/node:15-alpine';
export const QUARANTINE = host.parse('quarantine.azurecr.io');
export const RUNNER = 'runner.example.com/docker:28-cli';
export const MINUTE = 60_000;

export interface FakeStories extends Stories {
  /** `runGate node`, each start that was not answered with `running`. */
  started: string[];
  ended: string[];
  /** From now on it is at work; `endsLate`: it still is for a while after it was ended. */
  atWork(story: StoryName, thing: string, progressAt: number, options?: { endsLate: boolean }): void;
  /** Every start fails from now on. */
  fail(error: Error): void;
}

export interface FunctionWorld extends FakePorts {
  quarantine: Host;
  runnerImage: string;
  startedAt: number;
  log: Log;
  /** What the person on call was told. */
  logged: string[];
  telemetry: Telemetry;
  counted: [what: string, about: Attributes][];
  stories: FakeStories;
  policy: Policy;
  gate(): Promise<GateRow>;
  requested(): Promise<number>;
  /** Writes the gate's row, on top of what is there. */
  setGate(change: Partial<GateRow>): Promise<void>;
  setCandidate(row: Partial<CandidateRow> & { digest: Digest }, evidence?: Record<string, Evidence>): Promise<void>;
}

export function functionWorld(change: Change = {}): FunctionWorld {
  const ports = fakePorts();
  const policy = valid({ gates: { 'soak: 3d': 'soak: 0s' }, ...change });
  ports.policies.set(policy);
  const { ledger } = ports;
  const logged: string[] = [];
  const counted: FunctionWorld['counted'] = [];
  return {
    ...ports,
    quarantine: QUARANTINE,
    runnerImage: RUNNER,
    startedAt: Date.now(),
    logged,
    log: { warn: (message) => void logged.push(message) },
    counted,
    telemetry: { ...noTelemetry, count: (what, about) => void counted.push([what, about]) },
    stories: fakeStories(),
    policy,
    async gate() {
      const { gate } = await readGate(ledger, 'node');
      if (!gate) throw new Error('the gate has no row yet');
      return gate.value;
    },
    requested: () => requestedOf(ledger, 'gates', 'node'),
    async setGate(next) {
      const { gate } = await readGate(ledger, 'node');
      await ledger.write('gates', 'node', [put(GATE, gate, { ...newGate, ...gate?.value, ...next })]);
    },
    async setCandidate(next, evidence = {}) {
      const found = next.subject || next.unusable ? { platforms: 'linux/amd64' } : {};
      const images = next.subject ? { images: [{ platform: 'linux/amd64', digest: next.subject }] } : {};
      const row: CandidateRow = { sequence: 1, seenSince: 1, sightedAt: 1, opening: 1, ...found, ...images, ...next };
      const open = row.settled === undefined;
      const rows = Object.entries(evidence).map(([check, value]): [string, EvidenceRow] => [
        evidenceKey(next.digest, check),
        { digest: next.digest, check, nonce: 'n0nce', evidence: value },
      ]);
      await ledger.write('gates', 'node', [
        { kind: 'put', key: candidateKey(next.digest), ifMatch: 'any', open, schema: 1, data: row },
        ...rows.map(([key, data]) => ({ kind: 'put' as const, key, ifMatch: 'any', open, schema: 1, data })),
      ]);
    },
  };
}

function fakeStories(): FakeStories {
  const working = new Map<string, { progressAt: number; endsLate: boolean }>();
  let failure: Error | undefined;
  const started: string[] = [];
  const ended: string[] = [];
  return {
    started,
    ended,
    async start(story, thing) {
      if (failure) throw failure;
      if (working.has(`${story} ${thing}`)) return 'running';
      started.push(`${story} ${thing}`.trim());
      return 'started';
    },
    running: async (story, thing) => working.get(`${story} ${thing}`),
    async terminate(story, thing) {
      ended.push(`${story} ${thing}`.trim());
      if (!working.get(`${story} ${thing}`)?.endsLate) working.delete(`${story} ${thing}`);
    },
    failed: async () => [],
    atWork: (story, thing, progressAt, { endsLate } = { endsLate: false }) =>
      void working.set(`${story} ${thing}`, { progressAt, endsLate }),
    fail(error) {
      failure = error;
    },
  };
}
