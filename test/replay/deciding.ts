/** People who decide about candidates of the gate of docs/approvals.md through the API, and what they see of it. */
import { readFileSync } from 'node:fs';
import type { Digest } from '../../shared/domain/reference.ts';
import { readJournal, dayOf } from '../../shared/ledger/journal-book.ts';
import type { Change } from '../unit/domain/policy-fixture.ts';
import { call, principal, type Call } from '../unit/functions/http/call.ts';
import { green, MINUTE, type GateWorld } from './gate-world.ts';

const page = readFileSync(new URL('../../docs/approvals.md', import.meta.url), 'utf8');
/** The policy of that page. */
export const example = /```yaml\n(version: 1\n.*?)```/s.exec(page)?.[1] ?? '';
/** With another script the check is another check. */
export const policyOf = (script = 'node --version\n'): Change => ({
  gates: {},
  files: { 'gates.yaml': example, 'checks/node.sh': script },
});

export const as = (id: string): Pick<Call, 'authMode' | 'headers'> => ({
  authMode: 'entra',
  headers: principal(['release-manager'], { id, name: id.toUpperCase() }),
});

/** `world`: the one of now, since a test may lose one and go on in another. */
export function deciding(world: () => GateWorld) {
  async function ask(name: string, asked: Call) {
    const answer = await call({ ...world().surroundings, stories: world().stories }, name, {
      at: world().clock.now(),
      ...asked,
    });
    await world().pass(20_000);
    return answer;
  }

  const decide = (who: string, digest: Digest, decision: 'approve' | 'refuse' = 'approve') =>
    ask('decideApproval', {
      ...as(who),
      params: { gate: 'node', digest },
      body: { decision, reason: `${who} says so` },
    });

  const see = async (digest: Digest) => (await ask('getCandidate', { params: { gate: 'node', digest } })).json;

  async function pushed(what = green): Promise<Digest> {
    const digest = world().push(what);
    await world().wake('runGate', 'node');
    await world().pass(20_000);
    return digest;
  }

  /** As the timer does it, for as long as it takes. */
  async function sweepFor(ms: number, everyMs = 12 * 60 * MINUTE): Promise<void> {
    for (let passed = 0; passed < ms; passed += everyMs) {
      await world().pass(Math.min(everyMs, ms - passed));
      await world().wake('sweep', '');
      await world().pass(20_000);
    }
  }

  const journal = async () =>
    (await readJournal(world().ports.ledger, dayOf(world().clock.now()))).map(({ entry }) => entry);

  return { ask, decide, see, pushed, sweepFor, journal };
}
