/**
 * None of the role assignments of the walkthrough's snapshots is superfluous: each is taken away in turn, and a named step fails, nothing moves that
 * must not, and the app says why: the call that the template says needs the role is the one that is refused. Given back, the system goes on by itself.
 *
 * One system plays all of it, so each row also says that those before it were given back.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { azureReports } from '../../../../shared/azure/reports.ts';
import type { RegistryRole } from '../../../../local/azure.ts';
import { image } from '../../cloud/registry-images.ts';
import { eventually } from '../../cloud/services.ts';
import { assignments, callOf, takeAway } from './assignments.ts';
import { telemetryAs } from './telemetry-front.ts';
import { ADAPTERS, DEAD_LETTERS, POLICY, rows, TASK_HUB, type Place, type Row } from './rows.ts';
import { startSystem, type System } from './system.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const LOOK_EVERY_MS = 20 * SECOND_MS;
/** 75 minutes: `ACCESS_TOKEN_SECONDS`. */
const TOKEN_ENDS_WITHIN_MS = 76 * MINUTE_MS;
const SEEN_WITHIN_MS = 10 * MINUTE_MS;
/** They are tried for a day. */
const GIVEN_UP_WITHIN_MS = 25 * HOUR_MS;
/** A dead letter that could not be written. */
const TRIED_AGAIN_WITHIN_MS = 6 * MINUTE_MS;
const LONG = 120_000;

let system: System;
beforeAll(async () => {
  system = await startSystem();
  await untilThere(await push('before any of it'));
}, LONG);
afterAll(() => system?.close(), LONG);

it('has a row for each role assignment of the snapshots, and an assignment for each row', () => {
  const all = [
    ...[...rows, ...DEAD_LETTERS].map(({ assignment }) => assignment),
    ...[...Object.values(ADAPTERS), ...Object.values(POLICY), TASK_HUB],
  ];

  expect(all.toSorted()).toEqual([...assignments.keys()].toSorted());
});

describe('on the way of a candidate and in a sweep, without', () => {
  it.each(rows)(
    '"$assignment" $step fails',
    async (row) => {
      let pushed = '';
      const role = await takeAway(system.azure, row.assignment);
      try {
        if (row.afterToken) await system.pass(TOKEN_ENDS_WITHIN_MS, { stepMs: TOKEN_ENDS_WITHIN_MS });
        system.said();

        if (row.inSweep) await system.sweep();
        else pushed = await push(row.assignment);

        // What goes wrong in a sweep stops nothing, and is said of the sweep alone.
        if (!row.inSweep) await untilFailed(row);
        await untilSays(row);
      } finally {
        await role.giveBack();
      }
      const reached = await whereIs(pushed);
      expect(row.without.filter((place) => reached[place])).toEqual([]);
      await system.pass(MINUTE_MS);
    },
    LONG,
  );
});

describe('by a call of its own, without', () => {
  it(`"${ADAPTERS.reports}" a report of a scan cannot be written`, async () => {
    const role = await takeAway(system.azure, ADAPTERS.reports);
    system.said();

    const refused = await azureReports(system.clients).put('mutation/one.json', {}).catch(String);
    await role.giveBack();

    expectRefused(ADAPTERS.reports);
    expect(refused).toMatch(/403 AuthorizationPermissionMismatch/);
    await azureReports(system.clients).put('mutation/two.json', {});
  });

  it(`"${ADAPTERS.telemetry}" telemetry is not taken, which the log says`, async () => {
    const role = await takeAway(system.azure, ADAPTERS.telemetry);
    system.said();

    const without = await telemetryAs(system.cloud);
    await role.giveBack();

    expectRefused(ADAPTERS.telemetry);
    expect(without).toMatchObject({ spans: 0, warned: [expect.stringMatching(/403/)] });
    expect(await telemetryAs(system.cloud)).toEqual({ spans: 1, warned: [] });
  });
});

describe('of the policy, without', () => {
  const refused = /^policy: .*policy\.json \(403 AuthorizationPermissionMismatch.*"Storage Blob Data Reader"/;

  it(
    `"${POLICY.reader}" the one in force decides on, and the app says that it sees no other`,
    async () => {
      const before = await health();
      const role = await takeAway(system.azure, POLICY.reader);
      await system.author.change();
      const uploaded = hashIn(await system.author.push());
      system.said();
      try {
        await untilHealth('what is refused', ({ wrong }) => wrong.some((each) => refused.test(each)));
        expectRefused(POLICY.reader);
        expect((await health()).policy).toEqual(before.policy);
        await untilThere(await push(POLICY.reader));
      } finally {
        await role.giveBack();
      }
      await untilHealth('the uploaded policy', ({ policy, wrong }) => policy?.hash === uploaded && wrong.length === 0);
    },
    LONG,
  );

  it(`"${POLICY.author}" an upload is refused, and nothing changes`, async () => {
    const before = await health();
    const role = await takeAway(system.azure, POLICY.author);
    await system.author.change();
    system.said();

    const answer = await system.author.push();
    await role.giveBack();

    expectRefused(POLICY.author);
    expect(answer.code).toBe(1);
    expect(answer.complained).toMatch(/403 AuthorizationPermissionMismatch.*"Storage Blob Data Contributor"/);
    await system.pass(MINUTE_MS);
    expect(await health()).toMatchObject({ policy: before.policy, wrong: [] });
    const uploaded = hashIn(await system.author.push());
    await untilHealth('the uploaded policy', ({ policy }) => policy?.hash === uploaded);
  });
});

it(`at its start, without "${TASK_HUB}" the host has no task hub, and says so`, async () => {
  await system.app.stop();
  const role = await takeAway(system.azure, TASK_HUB);
  system.said();

  const failure = await system.app.start().catch(String);
  await role.giveBack();

  expectRefused(TASK_HUB);
  expect(failure).toMatch(
    /queue .* was refused: 403 AuthorizationPermissionMismatch.*"Storage Queue Data Contributor"/,
  );
  await system.app.start();
  expect(await health()).toMatchObject({ wrong: [] });
});

/** What comes at the end of the way, and so shows that all of it was gone. */
it(
  'with all of them again, a new image goes all the way, and nothing is refused',
  async () => {
    system.said();

    await untilThere(await push('after all of it'));

    expect(system.said().filter((line) => line.startsWith('roles: REFUSED'))).toEqual([]);
  },
  LONG,
);

describe('of events that nobody takes, without', () => {
  beforeAll(() => system.app.stop());

  it.each(DEAD_LETTERS)(
    '"$assignment" what was pushed there and delivered to nobody is written nowhere',
    async ({ registry, assignment }) => {
      const registries = DEAD_LETTERS.map((each) => each.registry);
      const role = await takeAway(system.azure, assignment);
      system.said();
      try {
        for (const each of registries) await system.push(each, 'lost', '1', await image(`${registry} ${each}`));
        await system.pass(GIVEN_UP_WITHIN_MS, { stepMs: HOUR_MS });

        const answer = new RegExp(`dead letter .*/${registry}-pushes/.* no role`);
        await untilFailed({ assignment, step: 'events', answer });
        await untilUnwritten([registry]);
      } finally {
        await role.giveBack();
      }
      await system.pass(TRIED_AGAIN_WITHIN_MS);
      await untilUnwritten([]);
    },
    LONG,
  );
});

/** Under the tag that the gate follows; answers the digest. */
async function push(text: string): Promise<string> {
  const made = await image(text);
  await system.push('public', 'node', '15-alpine', made);
  return made.manifest.digest;
}

interface Health {
  wrong: string[];
  policy?: { hash: string };
}

const health = async (): Promise<Health> => JSON.parse(await system.api('/api/health')) as Health;

async function untilHealth(what: string, wanted: (seen: Health) => boolean): Promise<void> {
  let seen: Health | undefined;
  await until(
    `health says ${what}`,
    async () => wanted((seen = await health())),
    () => JSON.stringify(seen),
  );
}

/** Of the policy, as the command line says it. */
const hashIn = ({ said }: { said: string }): string => said.split(' ').at(-1) ?? '';

/** Looks again and again, while time passes. `seen`: for whoever reads that it did not come. */
async function until(what: string, look: () => Promise<boolean>, seen: () => string): Promise<void> {
  for (let leftMs = SEEN_WITHIN_MS; leftMs > 0; leftMs -= LOOK_EVERY_MS) {
    if (await look()) return;
    await system.pass(LOOK_EVERY_MS);
  }
  throw new Error(`not within ${SEEN_WITHIN_MS / MINUTE_MS} minutes: ${what}. Seen:\n${seen()}`);
}

async function untilFailed({ assignment, step, answer }: Pick<Row, 'assignment' | 'step' | 'answer'>): Promise<void> {
  const lines: string[] = [];
  const call = callOf(assignment);
  const look = async () => {
    lines.push(...system.said());
    return lines.some((line) => line.startsWith(`${step}: `) && answer.test(line)) && isNamed(call, lines);
  };
  await until(`${step} fails with ${String(answer)}, at "${call}"`, look, () =>
    lines.map((line) => line.slice(0, 400)).join('\n'),
  );
}

/** Once: by the emulated Azure, since it was last asked what it said. */
function expectRefused(assignment: string): void {
  const said = system.said();
  expect(isNamed(callOf(assignment), said), said.join('\n')).toBe(true);
}

const isNamed = (call: string, lines: string[]): boolean => lines.some((line) => line.includes(call));

async function untilSays({ says, answer }: Row): Promise<void> {
  const { at, words = answer } = says;
  let answered = '';
  const look = async () => words.test((answered = await system.api(at)));
  await until(`GET ${at} says ${String(words)}`, look, () => answered);
}

/** Blobs are written in the time of another process, so this waits in real time as well. */
async function untilUnwritten(registries: RegistryRole[]): Promise<void> {
  await eventually(async () => {
    await system.pass(SECOND_MS);
    const letters = (await system.deadLetters()).filter(({ state }) => state !== 'written');
    const left = new Set(letters.map(({ registry }) => registry));
    return [...left].toSorted().join() === registries.toSorted().join() || undefined;
  }, SEEN_WITHIN_MS);
}

async function untilThere(digest: string): Promise<void> {
  let reached: Record<Place, boolean> | undefined;
  const look = async () => Object.values((reached = await whereIs(digest))).every(Boolean);
  await until(`${digest} is everywhere`, look, () => JSON.stringify(reached));
}

/** Whether the stable tag names it, and whether an app is healthy with it, or with what was built on it. */
async function whereIs(digest: string): Promise<Record<Place, boolean>> {
  const { apps } = JSON.parse(await system.api('/api/apps')) as {
    apps: { name: string; lastHealthy?: { digest: string } }[];
  };
  const { versions = [] } = JSON.parse(await system.api('/api/images/hello-world')) as {
    versions?: { digest: string; base?: { digest: string } }[];
  };
  const builtOnIt = versions.filter(({ base }) => base?.digest === digest).map((version) => version.digest);
  const healthy = (app: string) => apps.find(({ name }) => name === app)?.lastHealthy?.digest ?? '';
  return {
    stable: system.digestOf('base', 'node', '15-alpine') === digest,
    node: healthy('node') === digest,
    'hello-world': builtOnIt.includes(healthy('hello-world')),
  };
}
