/**
 * None of the role assignments of the walkthrough's snapshots is superfluous: each is taken away in turn, and a named step fails, nothing moves that
 * must not, and the app says why. Given back, the system goes on by itself.
 *
 * One system plays all of it, so each row also says that those before it were given back.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { image } from '../../cloud/registry-images.ts';
import { takeAway } from './assignments.ts';
import { rows, type App, type Row } from './rows.ts';
import { startSystem, type System } from './system.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const LOOK_EVERY_MS = 20 * SECOND_MS;
/** 75 minutes: `ACCESS_TOKEN_SECONDS`. */
const TOKEN_ENDS_WITHIN_MS = 76 * MINUTE_MS;
const SEEN_WITHIN_MS = 10 * MINUTE_MS;
const LONG = 120_000;

let system: System;
beforeAll(async () => {
  system = await startSystem();
  await push('before any of it');
  await untilMoved(await state(), ['stable', 'node', 'hello-world']);
}, LONG);
afterAll(() => system?.close(), LONG);

describe('without', () => {
  it.each(rows)(
    '"$assignment" $step fails',
    async (row) => {
      const before = await state();
      const role = await takeAway(system.azure, row.assignment);
      try {
        if (row.afterToken) await system.pass(TOKEN_ENDS_WITHIN_MS, { stepMs: TOKEN_ENDS_WITHIN_MS });
        system.said();

        if (row.inSweep) await system.sweep();
        else await push(row.assignment);

        await untilFailed(row);
        await untilSays(row);
      } finally {
        await role.giveBack();
      }
      const after = await state();
      expect(row.stays.filter((what) => after[what] !== before[what])).toEqual([]);
      await system.sweep();
      await system.pass(2 * MINUTE_MS);
    },
    LONG,
  );
});

/** What comes at the end of the way, and so shows that all of it was gone. */
it('with all of them again, a new image goes all the way, and nothing is refused', async () => {
  system.said();
  const before = await state();

  await push('after all of it');
  await untilMoved(before, ['stable', 'node', 'hello-world']);

  expect(system.said().filter((line) => line.startsWith('roles: REFUSED'))).toEqual([]);
}, 120_000);

const push = async (text: string): Promise<void> => system.push('public', 'node', '15-alpine', await image(text));

const say = (lines: string[]): string => lines.map((line) => line.slice(0, 400)).join('\n');

async function untilFailed({ step, answer }: Row): Promise<void> {
  const lines: string[] = [];
  for (let leftMs = SEEN_WITHIN_MS; leftMs > 0; leftMs -= LOOK_EVERY_MS) {
    lines.push(...system.said());
    if (lines.some((line) => line.startsWith(`${step}: `) && answer.test(line))) return;
    await system.pass(LOOK_EVERY_MS);
  }
  throw new Error(`${step} has not failed with ${String(answer)}. What was said:\n${say(lines)}`);
}

async function untilSays({ says, answer }: Row): Promise<void> {
  const { at, words = answer } = says;
  let answered = '';
  for (let leftMs = SEEN_WITHIN_MS; leftMs > 0; leftMs -= LOOK_EVERY_MS) {
    answered = await system.api(at);
    if (words.test(answered)) return;
    await system.pass(LOOK_EVERY_MS);
  }
  throw new Error(`GET ${at} does not say ${String(words)}: ${answered}`);
}

type State = Record<'stable' | App, string | undefined>;

async function untilMoved(before: State, what: (keyof State)[]): Promise<void> {
  let after = before;
  for (let leftMs = SEEN_WITHIN_MS; leftMs > 0; leftMs -= LOOK_EVERY_MS) {
    after = await state();
    if (what.every((each) => after[each] !== undefined && after[each] !== before[each])) return;
    await system.pass(LOOK_EVERY_MS);
  }
  throw new Error(`${what.join(', ')} have not moved: ${JSON.stringify(after)}. ${say(system.said())}`);
}

/** What the stable tag names, and what the apps were last healthy with. */
async function state(): Promise<State> {
  const { apps } = JSON.parse(await system.api('/api/apps')) as {
    apps: { name: App; lastHealthy?: { digest: string } }[];
  };
  const healthy = (app: App) => apps.find(({ name }) => name === app)?.lastHealthy?.digest;
  return {
    stable: system.digestOf('base', 'node', '15-alpine'),
    node: healthy('node'),
    'hello-world': healthy('hello-world'),
  };
}
