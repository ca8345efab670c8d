/** The lines that a page has people type into a shell, typed into a shell, where a system runs as `npm start` leaves it. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { blocksOf } from '../pages/blocks.ts';
import { PEOPLE, serve, type Served } from '../unit/cli/served.ts';
import { functionWorld } from '../unit/functions/world.ts';

/** Where `npm start` has the app. */
const APP = 'http://127.0.0.1:7071';

let app: Served;
beforeEach(async () => {
  const world = functionWorld();
  await world.setGate({});
  app = await serve(world);
});
afterEach(() => app.close());

test.each(blocksOf('shell'))('$page:$line answers the person whose token it reads', async ({ text }) => {
  expect(text).toContain(APP);

  const { stdout } = await promisify(execFile)('sh', ['-euc', text.replaceAll(APP, app.url)], { cwd: app.folder });

  expect(JSON.parse(stdout)).toMatchObject({ name: 'node' });
  expect(app.requests).toEqual([`GET /api/gates/node Bearer ${PEOPLE[0]?.token}`]);
});
