/** Announces that a policy was refused, once for each. Key: the hash of its files; what is noted already is only delivered. */
import { deliver } from '../../../shared/ledger/outbox.ts';
import { noteRefused, POLICY, policyOutbox } from '../../../shared/ledger/policy-book.ts';
import type { Activity, Surroundings } from '../activity.ts';

export interface AnnouncePolicy {
  /** Epoch milliseconds. */
  at: number;
}

/** An announcement is a hint; all problems are in `GET /api/health`. */
const MOST_PROBLEMS = 20;

export const announcePolicy =
  (world: Surroundings): Activity<AnnouncePolicy, object> =>
  async ({ at }) => {
    const { policy, problems, refused } = await world.policies.current();
    if (refused !== undefined) {
      await noteRefused(world.ledger, refused, {
        at,
        by: 'sweep',
        subject: 'policy',
        what: 'policy refused',
        why: problems[0] ?? 'it is invalid',
        announce: 'policyRefused',
        data: {
          refused,
          problems: problems.slice(0, MOST_PROBLEMS),
          ...(policy ? { inForce: policy.hash } : {}),
        },
      });
    }
    await deliver(world, { table: 'policies', partition: POLICY, at }, await policyOutbox(world.ledger));
    return {};
  };
