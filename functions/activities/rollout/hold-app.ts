/**
 * The system holds an app on what it has: the wanted state failed there. The hold names that state and ends when another is wanted.
 *
 * What a person put back is noted as failed on the person's own hold; the system's, on the newest version, stays as it is.
 */
import type { SystemHold, Wanted } from '../../../shared/domain/rollout-state.ts';
import type { Activity, Surroundings } from '../activity.ts';
import { changeApp } from './change-app.ts';

export interface HoldApp {
  of: string;
  app: string;
  wanted: Wanted;
  why: string;
  /** Epoch milliseconds. */
  at: number;
}

export const holdApp =
  ({ ledger }: Surroundings): Activity<HoldApp, object> =>
  async ({ of, app, wanted, why, at }) => {
    const { key, digest, number } = wanted;
    await changeApp(ledger, { of, app }, (row) => {
      const { personHold } = row;
      const putBack = personHold?.putBack?.digest === digest ? personHold.putBack : undefined;
      if ((putBack ? putBack.failed : row.hold)?.key === key) return undefined;
      const failed: SystemHold = { key, digest, why, at };
      return {
        row:
          putBack && personHold
            ? { ...row, personHold: { ...personHold, putBack: { ...putBack, failed } } }
            : { ...row, hold: failed },
        told: {
          name: `held-${row.attempts}`,
          entry: { at, what: 'held', why, announce: 'held', data: { digest, number } },
        },
      };
    });
    return {};
  };
