/**
 * How fast 1,000 upstream references are swept, against those who ask the same of the same registry: `skopeo inspect --raw` one after the
 * other, and a bare loop of HEAD requests, as many at once as the sweep. And that a sweep that holds its tokens is one HEAD for each.
 *
 * Repeat: `node bench/sweep.ts [rounds]` (7 when not given). Needs docker-registry and skopeo. See README.md.
 */
import { azureLedger } from '../shared/azure/ledger.ts';
import { fakeLedger } from '../test/fakes/ledger.ts';
import { fakeUpstreams } from '../test/fakes/upstreams.ts';
import { benchGates, writePolicy } from './policy.ts';
import { median, report, roundsAsked } from './report.ts';
import { pushImages, tokenFor, type Pushed } from './sweep/push.ts';
import { startRegistry, type BenchRegistry } from './sweep/registry.ts';
import { bareHeads, skopeoOneByOne } from './sweep/rivals.ts';
import { restingGates } from './sweep/sweep.ts';
import { zeroLatencyCloud } from './zero-latency/cloud.ts';

const REPOSITORIES = 100;
const TAGS = 10;
const REFERENCES = REPOSITORIES * TAGS;
/** As the sweep has it. */
const AT_ONCE = 16;
/** In each round: all of them would take most of a minute. What is compared is the time of one. */
const SKOPEO_CALLS = 20;

async function measure(registry: BenchRegistry, pushed: Pushed[], rounds: number) {
  const gates = benchGates(REFERENCES).map((gate, index) => ({ ...gate, from: at(pushed, index).reference }));
  const images = new Map(gates.map(({ name }, index) => [name, at(pushed, index)]));
  const policy = writePolicy(gates);
  try {
    const { folder } = policy;
    const tables = zeroLatencyCloud({ loginServers: [], upstreams: fakeUpstreams() }).clients;
    const sweep = await restingGates({ folder, images, ledger: fakeLedger() });
    const sweepByTables = await restingGates({ folder, images, ledger: azureLedger(tables) });
    const tokens = await tokensFor(registry, pushed);

    registry.requests();
    const tokensBefore = registry.tokens.requests();
    const coldMs = await sweep();
    const cold = { ms: coldMs, requests: registry.requests(), tokens: registry.tokens.requests() - tokensBefore };
    await sweepByTables();
    await bareHeads(pushed, { atOnce: AT_ONCE, tokens });

    const measured = [];
    for (let round = 0; round < rounds; round += 1) {
      registry.requests();
      const sweepMs = await sweep();
      assertOneHeadEach(registry.requests());
      const bareMs = await bareHeads(pushed, { atOnce: AT_ONCE, tokens });
      assertOneHeadEach(registry.requests());
      const skopeoMs = (await skopeoOneByOne(sample(pushed, round))) * (REFERENCES / SKOPEO_CALLS);
      measured.push({ sweepMs, bareMs, skopeoMs, sweepByTablesMs: await sweepByTables() });
    }
    return { cold, measured };
  } finally {
    policy.remove();
  }
}

const at = (pushed: Pushed[], index: number): Pushed => {
  const found = pushed[index];
  if (!found) throw new Error(`there is no image ${index}`);
  return found;
};

/** Others in each round. */
const sample = (pushed: Pushed[], round: number): Pushed[] =>
  Array.from({ length: SKOPEO_CALLS }, (_, index) => at(pushed, (round * SKOPEO_CALLS + index) % pushed.length));

async function tokensFor(registry: BenchRegistry, pushed: Pushed[]): Promise<Map<string, string>> {
  const tokens = new Map<string, string>();
  for (const { repository } of pushed.map(({ reference }) => reference)) {
    if (tokens.has(repository)) continue;
    tokens.set(repository, await tokenFor(registry.tokens, `repository:${repository}:pull`));
  }
  return tokens;
}

/** At the registry itself. Anything else, and what was measured is not what is claimed. */
function assertOneHeadEach(requests: Record<string, number>): void {
  const only = Object.keys(requests).join() === 'HEAD 200' && requests['HEAD 200'] === REFERENCES;
  if (!only) throw new Error(`expected ${REFERENCES} HEAD requests and nothing else, got ${JSON.stringify(requests)}`);
}

const rounds = roundsAsked('sweep', 7);
const registry = await startRegistry();
try {
  const pushed = await pushImages(registry, { repositories: REPOSITORIES, tags: TAGS });
  const { cold, measured } = await measure(registry, pushed, rounds);
  const figures = {
    references: REFERENCES,
    rounds,
    sweepMs: median(measured.map(({ sweepMs }) => sweepMs)),
    skopeoMs: median(measured.map(({ skopeoMs }) => skopeoMs)),
    bareMs: median(measured.map(({ bareMs }) => bareMs)),
    fasterThanSkopeo: median(measured.map(({ skopeoMs, sweepMs }) => skopeoMs / sweepMs)),
    ratioToBare: median(measured.map(({ sweepMs, bareMs }) => sweepMs / bareMs)),
    ratioToBareWithTables: median(measured.map(({ sweepByTablesMs, bareMs }) => sweepByTablesMs / bareMs)),
    headsEach: 1,
    cold,
  };
  console.log(
    `sweep of ${REFERENCES} references: ${figures.sweepMs.toFixed(0)} ms, one HEAD each (counted at the registry)`,
  );
  console.log(
    `skopeo inspect --raw, one after the other: ${(figures.skopeoMs / REFERENCES).toFixed(1)} ms each, so ${(figures.skopeoMs / 1000).toFixed(1)} s ` +
      `(${SKOPEO_CALLS} measured in each round, scaled); the sweep is ${figures.fasterThanSkopeo.toFixed(1)} times as fast`,
  );
  console.log(
    `bare HEAD requests, ${AT_ONCE} at once: ${figures.bareMs.toFixed(0)} ms; the sweep takes ${figures.ratioToBare.toFixed(2)} times as long ` +
      `(${figures.ratioToBareWithTables.toFixed(2)} with the ledger read by its SDK client)`,
  );
  console.log(
    `the first sweep, without tokens: ${cold.ms.toFixed(0)} ms, ${cold.tokens} tokens, ${JSON.stringify(cold.requests)}`,
  );
  report('sweep', figures);
} finally {
  await registry.stop();
}
