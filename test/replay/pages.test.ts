/** The policies that the pages show, played: what passes is promoted, and what a page says is stopped is stopped, with the reason. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, test } from 'vitest';
import { formatReference, type Digest } from '../../shared/domain/reference.ts';
import type { Policy } from '../../shared/domain/policy.ts';
import { readCandidate, readGate } from '../../shared/ledger/gate-book.ts';
import { blocksOf, type Block } from '../pages/blocks.ts';
import { acme, authority, plays, type Play } from '../pages/plays.ts';
import { push, type Pushed } from '../pages/pushed.ts';
import { GROUP, valid } from '../unit/domain/policy-fixture.ts';
import { call, principal } from '../unit/functions/http/call.ts';
import { gateWorld, MINUTE, taskEnding, type GateWorld } from './gate-world.ts';
import { scanEnding, valueOf } from './scan-ending.ts';

/** After the soak, the longest wait for a signature or an approval. */
const PATIENCE_MS = 8 * 24 * 60 * MINUTE;

const SCRIPT = 'true\n';
const example = fileURLToPath(new URL('../../examples/hello-world/policy/', import.meta.url));
const fromExample = (path: string) => readFileSync(`${example}${path}`, 'utf8');
/** What the policies name beside themselves; a page's own files come on top. */
const files: Record<string, string> = {
  'checks/node/test.sh': fromExample('checks/node/test.sh'),
  'apps/hello-world.yaml': fromExample('apps/hello-world.yaml'),
  'apps/web.yaml': GROUP.replace('${TEAM_REGISTRY}/hello:1', '${BASE_REGISTRY}/node:22-alpine'),
  ...Object.fromEntries(
    ['node', 'npm', 'trivy-starts', 'trivy-db-is-whole'].map((name) => [`checks/${name}.sh`, SCRIPT]),
  ),
  'keys/acme.pub': acme.pem,
  'trust/trusted_root.json': authority.trustRoot,
};

function policyOf({ page, text }: Block): Policy {
  const beside = blocksOf('policy file')
    .filter((block) => block.page === page)
    .map((block) => [/^# (\S+)/.exec(block.text)?.[1] ?? '', block.text] as const);
  const named = Object.entries(files).map(([path, content]) => [path, text.includes(path) ? content : undefined]);
  return valid({ gates: {}, files: { ...Object.fromEntries([...named, ...beside]), 'gates.yaml': text } });
}

const played = blocksOf('policy').flatMap((block) => {
  const policy = policyOf(block);
  return Object.keys(policy.gates).map((gate) => ({ page: block.page, gate, policy }));
});

let world: GateWorld | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

describe.each(played)('gate "$gate" of $page', ({ page, gate, policy }) => {
  const here = plays[`${page} ${gate}`] ?? [];

  test('has a candidate that passes, and one that does not', () => {
    expect([here.some(({ ends }) => ends === 'promoted'), here.some(({ ends }) => ends !== 'promoted')]).toEqual([
      true,
      true,
    ]);
  });

  it.each(here.map((play, at) => ({ ...play, number: at + 1 })))('candidate $number: $ends', async (play) => {
    world = begin(policy, play);
    for (const [first, what] of play.after ?? []) await settle(world, policy, { gate: first, what });
    const runs = world.ports.runs.started.length;

    const { stable, outcome } = await settle(world, policy, { gate, what: play.what, approvedBy: play.approvedBy });

    if (play.ends === 'promoted') {
      expect(outcome, JSON.stringify([outcome, world.logged.at(-1)])).toMatchObject({ kind: 'promoted' });
      expect(stable).toBe(play.what.subject ?? play.what.manifest.digest);
    } else {
      expect(outcome, JSON.stringify([outcome, world.logged.at(-1)])).toMatchObject({ kind: 'rejected' });
      expect(JSON.stringify(outcome)).toContain(play.ends);
      expect(stable).toBeUndefined();
    }
    expect(world.ports.runs.started.length > runs).toBe(play.run !== undefined);
  });
});

test('every play is of a gate that a page shows', () => {
  expect(Object.keys(plays).toSorted()).toEqual(played.map(({ page, gate }) => `${page} ${gate}`).toSorted());
});

function begin(policy: Policy, play: Play): GateWorld {
  const begun = gateWorld();
  begun.ports.policies.set(policy);
  const secrets = JSON.stringify(policy.upstreams).matchAll(/\$\{secret:([\w-]+)\}/g);
  for (const [, name = ''] of secrets) begun.ports.secrets.set(name, 'a password');
  const isHis = (digest: string) => digest === (play.what.subject ?? play.what.manifest.digest);
  const resultOf = (digest: string) => (isHis(digest) && typeof play.run === 'string' ? play.run : '0');
  const found = play.what.images.map((one) => ({
    image: one,
    vulnerabilities: typeof play.run === 'string' ? [] : (play.run ?? []),
  }));
  begun.ports.runs.answer(({ quick, file }) => {
    if (file) return taskEnding(file, (digest) => Number(resultOf(digest)));
    if (!quick) return undefined;
    if (valueOf(quick, 'scanner')) return scanEnding(quick, found, { databaseAt: begun.clock.now() });
    const result = resultOf(valueOf(quick, 'candidate').split('@')[1] ?? '');
    return {
      state: 'succeeded',
      log: `candidate | my last words\r\ngate-result ${valueOf(quick, 'nonce')} ${result}\r\n`,
    };
  });
  return begun;
}

interface Settle {
  gate: string;
  what: Pushed;
  approvedBy?: string[] | undefined;
}

/** Lets days pass until it is settled, and says before that, that nothing is promoted while it soaks. */
async function settle(on: GateWorld, policy: Policy, { gate: name, what, approvedBy = [] }: Settle) {
  const gate = policy.gates[name];
  if (!gate) throw new Error(`the policy has no gate "${name}"`);
  const { digest } = what.manifest;
  const outcome = async () => (await readCandidate(on.ports.ledger, name, digest))?.row.value.settled?.outcome;
  const stable = () => on.ports.registries.digestOf(gate.to);
  push(on, gate, what);
  await on.wake('runGate', name);
  await on.pass(MINUTE);
  if (gate.soakMs > 0) expect(await stable(), `${formatReference(gate.to)} while it soaks`).toBeUndefined();
  for (const who of approvedBy) await approve(on, { gate: name, digest, who });
  const patience = on.clock.now() + PATIENCE_MS;
  while (!(await outcome()) && on.clock.now() < patience) {
    const { dueAt = 0 } = (await readGate(on.ports.ledger, name)).gate?.value.resting ?? {};
    await on.pass(Math.max(MINUTE, dueAt - on.clock.now()));
    await on.wake('runGate', name);
    await on.pass(MINUTE);
  }
  return { stable: await stable(), outcome: await outcome() };
}

async function approve(on: GateWorld, { gate, digest, who }: { gate: string; digest: Digest; who: string }) {
  const { status } = await call({ ...on.surroundings, stories: on.stories }, 'decideApproval', {
    at: on.clock.now(),
    authMode: 'entra',
    headers: principal(['release-manager'], { id: who }),
    params: { gate, digest },
    body: { decision: 'approve', reason: 'read the report' },
  });
  expect(status).toBe(202);
  await on.pass(MINUTE);
}
