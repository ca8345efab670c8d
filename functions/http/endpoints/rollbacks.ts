/**
 * Rolling an app back: a person's hold that names an earlier digest. The app gets it, and keeps it until the hold is lifted.
 *
 * What is put back goes through no gate again: it is a version that was built on a promoted base, or a promotion itself.
 */
import { z } from 'zod';
import type { App } from '../../../shared/domain/policy.ts';
import { digest as digestSchema, type Digest } from '../../../shared/domain/reference.ts';
import { readPromotions } from '../../../shared/ledger/gate-book.ts';
import { readVersion, type AppRow } from '../../../shared/ledger/image-book.ts';
import type { Ledger } from '../../../shared/ports/ledger.ts';
import { askApp } from '../ask-app.ts';
import { personOf } from '../caller.ts';
import type { Endpoint } from '../endpoint.ts';
import { appAsked } from '../find.ts';
import { conflict, unprocessable } from '../problem.ts';
import { accepted, reasoned } from '../schemas/common.ts';

const wish = z.strictObject({
  digest: digestSchema.optional().describe('What to put back; without it, the last healthy one before the current.'),
  ...reasoned.shape,
});

export const rollBackApp: Endpoint = {
  name: 'rollBackApp',
  method: 'POST',
  route: 'apps/{app}/rollbacks',
  does: 'Puts an earlier version back at an app, and holds the app there.',
  request: wish,
  answer: { kind: 'json', status: 202, schema: accepted },
  problems: { 409: 'No digest was named, and no earlier healthy one is known.' },
  async handle(asked) {
    const app = await appAsked(asked);
    const { digest, reason } = await asked.body(wish);
    const named = digest && (await versionOf(asked.world.ledger, app, digest));
    return askApp(asked, app, (row) => {
      const putBack = named ?? lastHealthyBefore(app, row);
      const personHold = { ...personOf(asked, reason), putBack };
      return { row: { personHold }, what: 'roll back', why: reason, data: putBack };
    });
  },
};

type Version = { digest: Digest; number: number };

/** A version of the app's image that counts, or a promotion of the gate that it runs. */
async function versionOf(ledger: Ledger, { runs }: App, digest: Digest): Promise<Version> {
  if (runs.kind === 'image') {
    const version = await readVersion(ledger, runs.image, digest);
    if (version && version.number > 0) return { digest, number: version.number };
    const why = version
      ? 'was refused as a version: it does not stand on the base it was given'
      : 'is no known version';
    throw unprocessable(`${digest} ${why} of image "${runs.image}"; its versions are at /api/images/${runs.image}`);
  }
  const promotions = await readPromotions(ledger, runs.gate, { most: Infinity });
  const promotion = promotions.find(({ subject }) => subject === digest);
  if (promotion) return { digest, number: promotion.sequence };
  const same = promotions.find((one) => one.digest === digest);
  if (same) return { digest: same.subject, number: same.sequence };
  throw unprocessable(
    `${digest} was never promoted by gate "${runs.gate}"; its candidates are at /api/gates/${runs.gate}/candidates`,
  );
}

function lastHealthyBefore({ name, runs }: App, { deployment, lastHealthy, previousHealthy }: AppRow): Version {
  const before = [lastHealthy, previousHealthy].find(
    (one) => one && deployment && one.digest !== deployment.digest && one.number < deployment.number,
  );
  if (before) return { digest: before.digest, number: before.number };
  const where = runs.kind === 'image' ? `/api/images/${runs.image}` : `/api/gates/${runs.gate}/candidates`;
  throw conflict(`no earlier healthy version of app "${name}" is known; name one as "digest" (see ${where})`);
}
