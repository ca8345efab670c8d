/** A gate that asks two release managers for approval within three hours, and the people who decide about its candidate A. */
import type { Evidence } from '../../../../shared/domain/gate-state.ts';
import { readCandidate } from '../../../../shared/ledger/gate-book.ts';
import type { CandidateRow } from '../../../../shared/ledger/gate-rows.ts';
import { A, done, MINUTE, NOW, subjectOf } from '../../domain/gate-builders.ts';
import { functionWorld, type FunctionWorld } from '../world.ts';
import { call, principal } from './call.ts';

export const HOUR = 60 * MINUTE;
export const asking = (rule: string) => functionWorld({ gates: { 'soak: 3d': `approval: ${rule}` } });

export async function twoAsked(): Promise<FunctionWorld> {
  const world = asking('{ quorum: 2, expires: 3h }');
  await world.setGate({ sequence: 1, upstream: { digest: A, since: NOW, sequence: 1 } });
  return world;
}

export const person = (
  id: string,
  { name, roles = ['release-manager'] }: { name?: string; roles?: string[] } = {},
) => ({
  authMode: 'entra' as const,
  headers: principal(roles, { id, ...(name ? { name } : {}) }),
});

/** What people do, and what is there then, in the world that the test is in at that time. */
export function deciding(world: () => FunctionWorld) {
  const params = { gate: 'node', digest: A };
  const decide = (who: ReturnType<typeof person>, body: object) =>
    call(world(), 'decideApproval', { params, body, ...who });
  const today = () => world().policy.gates['node']?.checks[0]?.hash ?? '';
  const passed = (change: object = {}): Evidence => done('pass', { checkHash: today(), ...change });
  return {
    decide,
    approve: (id: string, more: object = {}) =>
      decide(person(id), { decision: 'approve', reason: 'looks fine', ...more }),
    refuse: (id: string) => decide(person(id), { decision: 'refuse', reason: 'not this week' }),
    today,
    passed,
    waiting: (row: Partial<CandidateRow> = {}, functional = passed()) =>
      world().setCandidate(
        { digest: A, subject: subjectOf(A), approvals: { since: Date.now() - HOUR, given: [] }, ...row },
        { functional },
      ),
    kept: async () => (await readCandidate(world().ledger, 'node', A))?.row.value.approvals,
    seen: async () =>
      (await call(world(), 'getCandidate', { params })).json as {
        approval?: Record<string, unknown>;
        next?: object;
        why?: string;
      },
  };
}
