/** Whether the app can do its work: a valid policy, a ledger that answers, a sweep that ended lately, and announcements that are taken. */
import type { PersonFreeze } from '../../../shared/domain/freeze.ts';
import type { Hold } from '../../../shared/domain/gate-state.ts';
import { readFreezeOnEverything } from '../../../shared/ledger/freeze-book.ts';
import { readHoldOnEverything } from '../../../shared/ledger/hold-book.ts';
import type { SweepEnd } from '../../../shared/domain/sweep-end.ts';
import { readSweep } from '../../../shared/ledger/sweep-book.ts';
import { readUndelivered, type Undelivered } from '../../../shared/ledger/undelivered-book.ts';
import type { Ledger } from '../../../shared/ports/ledger.ts';
import type { Endpoint } from '../endpoint.ts';
import { freezeView } from './freezes.ts';
import { isoTime } from '../schemas/common.ts';
import { health } from '../schemas/operations.ts';

/** Sweeps come every few minutes; none for so long means that something is wrong. */
export const SWEEP_OVERDUE_MS = 30 * 60_000;

interface Known {
  sweep: SweepEnd | undefined;
  hold: Hold | undefined;
  freeze: PersonFreeze | undefined;
  undelivered: Undelivered[];
}

export const getHealth: Endpoint = {
  name: 'getHealth',
  method: 'GET',
  route: 'health',
  does: 'Says whether the app can do its work, and what is wrong if it cannot.',
  answer: { kind: 'json', status: 200, schema: health, alsoAt: 503 },
  async handle({ world, at }) {
    const { policy, problems } = await world.policies.current();
    const ledger = await readKnown(world.ledger);
    const { sweep, hold, freeze, undelivered } = ledger.kind === 'read' ? ledger.known : nothing;
    const [oldest] = undelivered;
    const wrong = [
      ...problems.map((problem) => `policy: ${problem}`),
      ...(ledger.kind === 'trouble' ? [`ledger: ${ledger.message}`] : sweepProblems(sweep, world.startedAt, at)),
      ...(sweep?.unreadable ?? []).map((row) => `ledger: ${row}`),
      ...(oldest
        ? [`announcements: ${undelivered.length} not taken by the topic, since ${isoTime(oldest.at)}: ${oldest.why}`]
        : []),
    ];
    return {
      status: wrong.length > 0 ? 503 : 200,
      jsonBody: {
        status: wrong.length > 0 ? 'degraded' : 'ok',
        wrong,
        ...(policy
          ? {
              policy: {
                hash: policy.hash,
                gates: Object.keys(policy.gates),
                images: Object.keys(policy.images),
                apps: Object.keys(policy.apps),
                warnings: policy.warnings,
              },
            }
          : {}),
        ...(hold ? { hold: { ...hold, at: isoTime(hold.at) } } : {}),
        ...freezeView(freeze, at),
        ...(sweep ? { lastSweep: { ...sweep, endedAt: isoTime(sweep.endedAt) } } : {}),
        ...(oldest ? { undelivered: { announcements: undelivered.length, oldest: said(oldest) } } : {}),
      },
    };
  },
};

const nothing: Known = { sweep: undefined, hold: undefined, freeze: undefined, undelivered: [] };

/** An app that has just begun has had no time for a sweep. */
function sweepProblems(sweep: SweepEnd | undefined, startedAt: number, at: number): string[] {
  if (at - (sweep?.endedAt ?? startedAt) <= SWEEP_OVERDUE_MS) return [];
  return [
    sweep
      ? 'no sweep has ended for half an hour; see the instance "sweep"'
      : 'no sweep has ever ended, half an hour after the app began; see the timer "checkUpstreams" and the instance "sweep"',
  ];
}

const said = ({ at, subject, what, why }: Undelivered) => ({ at: isoTime(at), subject, what, why });

async function readKnown(
  ledger: Ledger,
): Promise<{ kind: 'read'; known: Known } | { kind: 'trouble'; message: string }> {
  try {
    const [sweep, hold, freeze, undelivered] = await Promise.all([
      readSweep(ledger),
      readHoldOnEverything(ledger),
      readFreezeOnEverything(ledger),
      readUndelivered(ledger),
    ]);
    return { kind: 'read', known: { sweep, hold, freeze, undelivered } };
  } catch (error) {
    return { kind: 'trouble', message: error instanceof Error ? error.message : String(error) };
  }
}
