/**
 * What a promotion costs beside the calls it makes: promotions through the whole app against an Azure without latency, and then the very same
 * calls of the app's Azure ports one after the other, against another one that has been through the same. With one gate, and with 200 at once.
 *
 * Repeat: `node bench/promotion.ts [rounds]` (25 when not given; 200 gates get a fifth of them). See README.md.
 */
import { azurePorts } from '../shared/azure/ports.ts';
import { writeSweep } from '../shared/ledger/sweep-book.ts';
import type { Signing } from '../shared/ports/signing.ts';
import { policiesFrom } from '../shared/policies.ts';
import { policyFolder } from '../shared/policy-folder.ts';
import { noTelemetry } from '../shared/telemetry.ts';
import { image } from '../test/fakes/images.ts';
import { fakeSigningKey } from '../test/fakes/signing-key.ts';
import { fakeUpstreams } from '../test/fakes/upstreams.ts';
import { openApp, type TaskHub } from './promotion/app.ts';
import { inAStraightLine, recorded, type Call } from './promotion/calls.ts';
import { BASE, benchGates, pushedTo, QUARANTINE, writePolicy, type BenchGate } from './policy.ts';
import { median, report, roundsAsked } from './report.ts';
import { zeroLatencyCloud, type ZeroLatencyCloud } from './zero-latency/cloud.ts';

/** Until V8 has compiled what it will, and the policy's files are no longer news. */
const WARM_UP_PROMOTIONS = 100;

interface Scenario {
  gates: number;
  rounds: number;
  taskHub: TaskHub;
}

/** One round: every gate's upstream is pushed to once. */
interface Round {
  appMs: number;
  straightLineMs: number;
  calls: number;
  ledgerCalls: number;
  requests: number;
}

async function measure({ gates: count, rounds, taskHub }: Scenario): Promise<Round[]> {
  const gates = benchGates(count);
  const policy = writePolicy(gates);
  const upstreams = fakeUpstreams();
  const open = () => zeroLatencyCloud({ loginServers: [BASE, QUARANTINE], upstreams });
  const [ofApp, ofLine] = [open(), open()];
  // Records are signed in this process: the key vault's time is not the app's.
  const signing = signingOnce(fakeSigningKey());
  const straight = { ...azurePorts(ofLine.clients, { signingKey: 'promotions' }), signing };
  const calls: Call[] = [];
  const ports = { ...azurePorts(ofApp.clients, { signingKey: 'promotions' }), signing };
  const world = {
    ...recorded(ports, calls),
    upstreams,
    policies: policiesFrom({ reader: policyFolder(policy.folder), settings: {}, ledger: ports.ledger }),
    quarantine: QUARANTINE,
    runnerImage: 'docker:28-cli',
    telemetry: noTelemetry,
    log: { warn: (message: string) => console.error(message) },
    startedAt: Date.now(),
  };
  // Otherwise the first event starts one, which is no part of a promotion.
  const sweep = { endedAt: Date.now(), gates: count, started: [], ended: [], problems: [] };
  for (const { ledger } of [ports, straight]) await writeSweep(ledger, sweep);
  const app = openApp(world, { taskHub });
  const warmUpRounds = Math.ceil(WARM_UP_PROMOTIONS / count);
  const measured: Round[] = [];
  try {
    for (let round = 0; round < warmUpRounds + rounds; round += 1) {
      const pushed = gates.map((gate) => ({ gate, ...image(['base', `${gate.name} ${round}`]) }));
      for (const { gate, manifest, config } of pushed) {
        upstreams.set(gate.from, manifest);
        for (const { registries } of [ofApp, ofLine]) registries.putJson(config);
      }
      const requestsBefore = ofApp.requests();
      calls.length = 0;

      const appMs = await app.handle(gates.map(pushedTo));
      await assertPromoted(ofApp, pushed);
      const requests = ofApp.requests() - requestsBefore;
      const straightLineMs = await inAStraightLine(straight, calls);
      await assertPromoted(ofLine, pushed);
      if (round >= warmUpRounds)
        measured.push({ appMs, straightLineMs, calls: calls.length, ledgerCalls: ofLedger(calls), requests });
    }
    return measured;
  } finally {
    await app.close();
    policy.remove();
  }
}

const ofLedger = (calls: Call[]): number => calls.filter(({ port }) => port === 'ledger').length;

/** The same signature for the same bytes, so that the straight line is answered what the app was. */
function signingOnce(signing: Signing): Signing {
  const made = new Map<string, Uint8Array>();
  return {
    keys: () => signing.keys(),
    async sign(key, bytes) {
      const text = Buffer.from(bytes).toString('latin1');
      const signature = made.get(text) ?? (await signing.sign(key, bytes));
      made.set(text, signature);
      return signature;
    },
  };
}

async function assertPromoted(
  { registries }: ZeroLatencyCloud,
  pushed: { gate: BenchGate; manifest: { digest: string } }[],
): Promise<void> {
  for (const { gate, manifest } of pushed) {
    if ((await registries.digestOf(gate.to)) !== manifest.digest) throw new Error(`${gate.name} was not promoted`);
  }
}

/** Of the median round. The ratio is that of one round, whose two halves are measured one right after the other. */
function figuresOf({ gates, taskHub }: Scenario, rounds: Round[]) {
  const perPromotion = (of: (round: Round) => number) => median(rounds.map(of)) / gates;
  const appMs = perPromotion((round) => round.appMs);
  return {
    gates,
    taskHub,
    rounds: rounds.length,
    appMs,
    straightLineMs: perPromotion(({ straightLineMs }) => straightLineMs),
    ratio: median(rounds.map((round) => round.appMs / round.straightLineMs)),
    promotionsPerSecond: 1000 / appMs,
    calls: perPromotion(({ calls }) => calls),
    ledgerCalls: perPromotion(({ ledgerCalls }) => ledgerCalls),
    requests: perPromotion(({ requests }) => requests),
  };
}

const rounds = roundsAsked('promotion', 25);
const scenarios: Scenario[] = [
  { gates: 1, rounds, taskHub: 'memory' },
  { gates: 200, rounds: Math.ceil(rounds / 5), taskHub: 'memory' },
  { gates: 1, rounds, taskHub: 'file' },
];
const figures = [];
for (const scenario of scenarios) {
  const found = figuresOf(scenario, await measure(scenario));
  figures.push(found);
  const { gates, taskHub, appMs, straightLineMs, ratio, promotionsPerSecond, calls, ledgerCalls, requests } = found;
  console.log(
    `${gates === 1 ? 'one gate' : `${gates} gates at once`}, task hub in ${taskHub === 'file' ? 'a file' : 'memory'}: ` +
      `${appMs.toFixed(1)} ms a promotion, its ${calls} calls (${ledgerCalls} of the ledger; ${requests} requests) in a straight line ${straightLineMs.toFixed(1)} ms, ` +
      `ratio ${ratio.toFixed(2)}; ${promotionsPerSecond.toFixed(1)} promotions/s`,
  );
}
report('promotion', { scenarios: figures });
