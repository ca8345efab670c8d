/** A person's request to an app: written to its row and counted in one transaction, then its rollout is started. */
import type { HttpResponseInit } from '@azure/functions';
import type { App } from '../../shared/domain/policy.ts';
import { appKey, newApp, readImage, type AppRow } from '../../shared/ledger/image-book.ts';
import { bump } from '../../shared/ledger/request.ts';
import { LedgerConflict, put } from '../../shared/ledger/rows.ts';
import type { Asked } from './endpoint.ts';
import { runsOf } from './image-view.ts';
import { tellAsked } from './tell-asked.ts';

const MOST_TRIES = 10;

export interface AppWish {
  row: Partial<AppRow>;
  /** For the journal: what was asked and why. */
  what: string;
  why: string;
  data?: Record<string, unknown>;
}

/** `wish` is asked again when somebody else wrote meanwhile; it throws a `Problem` to refuse. */
export async function askApp(
  asked: Asked,
  app: App,
  wish: (row: AppRow) => Promise<AppWish> | AppWish,
): Promise<HttpResponseInit> {
  const { world, stories } = asked;
  const of = runsOf(app);
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const kept = (await readImage(world.ledger, of)).apps.get(app.name);
    const row = kept?.value ?? newApp;
    const { row: change, what, why, data = {} } = await wish(row);
    const written = await world.ledger.write('images', of, [
      put(appKey(app.name), kept, { ...row, ...change }),
      await bump(world.ledger, 'images', of),
      tellAsked(asked, { subject: app.name, what, why, data }),
    ]);
    if (written === 'conflict') continue;
    await stories.start('rollOut', of);
    return { status: 202, headers: { location: `/api/apps/${app.name}` }, jsonBody: { app: app.name, what } };
  }
  throw new LedgerConflict(`app "${app.name}"`);
}
