import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OrchestrationContext, Task } from 'durable-functions';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { play, type Script } from '../harness.ts';

function scratchDatabase(): string {
  const folder = mkdtempSync(join(tmpdir(), 'host-restart-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'host.sqlite');
}

test('goes on from disk where it was: in a timer, with the results it had', async () => {
  const script: Script = {
    database: scratchDatabase(),
    stories: {
      *patient(context: OrchestrationContext) {
        const first: unknown = yield context.df.callActivity('measure', { n: 1 });
        yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 3_600_000));
        const second: unknown = yield context.df.callActivity('measure', { n: 2 });
        return [first, second];
      },
    },
    activities: { measure: ({ n }: { n: number }) => ({ measured: n }) },
  };
  const before = play(script);
  await before.start('patient', 'p-1');
  await before.close();

  const after = play({ ...script, clock: before.clock });
  onTestFinished(() => after.close());
  await after.pass(3_600_000);

  expect(after.status('p-1')).toMatchObject({ runtimeStatus: 'Completed', output: [{ measured: 1 }, { measured: 2 }] });
  expect(after.calls).toEqual([{ name: 'measure', input: { n: 2 } }]);
  await after.everyPrefixReplays(after.history('p-1'));
});

test('fails an instance whose story is gone, as Azure does, and says which there are', async () => {
  const database = scratchDatabase();
  const story = function* (context: OrchestrationContext) {
    return { heard: (yield context.df.waitForExternalEvent('go')) as unknown };
  };
  const before = play({ database, stories: { story }, activities: {} });
  await before.start('story', 'g-1');
  await before.close();

  const after = play({ database, stories: { another: story }, activities: {}, clock: before.clock });
  onTestFinished(() => after.close());
  after.durable.raiseEvent('g-1', 'go', { n: 1 });
  await after.durable.settle();

  const why = "The function 'story' doesn't exist or is not an orchestrator. The orchestrators are: 'another'.";
  expect(after.status('g-1')).toMatchObject({
    runtimeStatus: 'Failed',
    output: `Orchestrator function 'story' failed: ${why}`,
  });
  expect(after.log.at(-1)).toMatchObject({ level: 'error', message: `g-1 failed: ${why}` });
});

test('terminates an instance whose story is gone', async () => {
  const database = scratchDatabase();
  const before = play({
    database,
    stories: {
      *story(context: OrchestrationContext) {
        yield context.df.waitForExternalEvent('go');
      },
    },
    activities: {},
  });
  await before.start('story', 'g-2');
  await before.close();

  const after = play({ database, stories: {}, activities: {}, clock: before.clock });
  onTestFinished(() => after.close());
  after.durable.terminate('g-2', 'gone');
  await after.durable.settle();

  expect(after.status('g-2')).toMatchObject({ runtimeStatus: 'Terminated', output: 'gone' });
});

test('runs ten activities at a time and all of a hundred', async () => {
  let [running, most] = [0, 0];
  const stage = play({
    stories: {
      *wide(context: OrchestrationContext) {
        const numbers = Array.from({ length: 100 }, (_, n) => n);
        return yield context.df.Task.all(numbers.map((n) => context.df.callActivity('work', { n })));
      },
    },
    activities: {
      work: async ({ n }: { n: number }) => {
        most = Math.max(most, (running += 1));
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        return n;
      },
    },
  });
  onTestFinished(() => stage.close());

  await stage.start('wide', 'w-1');

  expect(stage.status('w-1').output).toEqual(Array.from({ length: 100 }, (_, n) => n));
  expect(most).toBe(10);
});

/** One step of a random story. */
type Step = { kind: 'call' | 'retry' | 'sleep' | 'all' | 'race' | 'child' | 'children' | 'event'; n: number };
const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('call', 'retry', 'sleep', 'all', 'race', 'child', 'children', 'event'),
  n: fc.integer({ min: 1, max: 4 }),
});

test('replays every prefix of every story that is made of these steps', async () => {
  const { RetryOptions } = await import('durable-functions');
  function* anything(context: OrchestrationContext): Generator<Task, unknown, never> {
    const { df } = context;
    const heard: unknown[] = [];
    const call = (n: number) => df.callActivity('work', { n });
    const later = (n: number) => df.createTimer(new Date(df.currentUtcDateTime.getTime() + n * 86_400_000));
    for (const { kind, n } of df.getInput() as Step[]) {
      if (kind === 'call') heard.push(yield call(n));
      if (kind === 'sleep') heard.push(yield later(n * 3));
      if (kind === 'all') heard.push(yield df.Task.all([call(n), call(n + 1), call(n + 2)]));
      if (kind === 'child') {
        try {
          heard.push(yield df.callSubOrchestratorWithRetry('child', new RetryOptions(1_000, n), { n }));
        } catch {
          heard.push('gave up');
        }
      }
      if (kind === 'children') {
        heard.push(
          yield df.Task.all([df.callSubOrchestrator('twice', { n }), call(n), df.callSubOrchestrator('twice', { n })]),
        );
      }
      if (kind === 'event') heard.push(yield df.waitForExternalEvent('go'));
      if (kind === 'race') {
        const timeout = later(n);
        const winner: unknown = yield df.Task.any([timeout, call(n)]);
        if (winner !== timeout) timeout.cancel();
        heard.push(winner === timeout);
      }
      if (kind === 'retry') {
        try {
          heard.push(yield df.callActivityWithRetry('flaky', new RetryOptions(1_000, n), { n }));
        } catch {
          heard.push('gave up');
        }
      }
    }
    return heard;
  }
  function* child(context: OrchestrationContext): Generator<Task, unknown, never> {
    return yield context.df.callActivity('flaky', context.df.getInput());
  }
  function* twice(context: OrchestrationContext): Generator<Task, unknown, never> {
    const input = context.df.getInput() as { n: number; again?: true };
    const result: unknown = yield context.df.callActivity('work', input);
    if (input.again) return result;
    context.df.continueAsNew({ ...input, again: true });
    return undefined;
  }
  const property = fc.asyncProperty(fc.array(step, { maxLength: 6 }), async (steps) => {
    let flaky = 0;
    const stage = play({
      stories: { anything, child, twice },
      activities: {
        work: ({ n }: { n: number }) => n,
        flaky: () => {
          flaky += 1;
          if (flaky % 3 !== 0) throw new Error(`failure ${flaky}`);
          return flaky;
        },
      },
    });
    await stage.start('anything', 'any-1', steps);
    steps.filter(({ kind }) => kind === 'event').forEach(({ n }) => stage.durable.raiseEvent('any-1', 'go', { n }));
    await stage.pass(50 * 86_400_000);
    stage.durable.suspend('any-1', 'for a while');
    await stage.pass(86_400_000);
    stage.durable.resume('any-1', 'go on');
    await stage.pass(50 * 86_400_000);

    expect(stage.status('any-1')).toMatchObject({ runtimeStatus: 'Completed' });
    expect(stage.status('any-1').output).toHaveLength(steps.length);
    for (const { instanceId } of stage.durable.list({})) await stage.everyGenerationReplays(instanceId);
    await stage.close();
  });

  await fc.assert(property, { numRuns: 40 });
});
