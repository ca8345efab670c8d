import { expect, onTestFinished, test } from 'vitest';
import { RetryOptions, type OrchestrationContext } from 'durable-functions';
import { play, START, type Script } from '../harness.ts';

const DAY_MS = 86_400_000;

const staged = (script: Script) => {
  const stage = play(script);
  onTestFinished(() => stage.close());
  return stage;
};

test('runs a fan-out and answers in the order of the requests', async () => {
  const stage = staged({
    stories: {
      *fan(context: OrchestrationContext) {
        const words = ['one', 'two', 'three'];
        return yield context.df.Task.all(words.map((word) => context.df.callActivity('shout', { word })));
      },
    },
    activities: { shout: ({ word }: { word: string }) => ({ loud: word.toUpperCase() }) },
  });

  await stage.start('fan', 'fan-1');

  expect(stage.status('fan-1')).toMatchObject({
    runtimeStatus: 'Completed',
    output: [{ loud: 'ONE' }, { loud: 'TWO' }, { loud: 'THREE' }],
  });
  await stage.everyPrefixReplays(stage.history('fan-1'));
});

test('retries with a growing pause, measured on the clock of the test', async () => {
  const at: number[] = [];
  const stage = staged({
    stories: {
      *stubborn(context: OrchestrationContext) {
        const options = new RetryOptions(2_000, 4);
        options.backoffCoefficient = 2;
        return yield context.df.callActivityWithRetry('flaky', options, { key: 'a' });
      },
    },
    activities: {
      flaky: () => {
        at.push(stage.clock.now() - START);
        if (at.length < 4) throw new Error(`not yet (${at.length})`);
        return { tries: at.length };
      },
    },
  });

  await stage.start('stubborn', 's-1');
  await stage.pass(14_000);

  expect(at).toEqual([0, 2_000, 6_000, 14_000]);
  expect(stage.status('s-1')).toMatchObject({ runtimeStatus: 'Completed', output: { tries: 4 } });
  await stage.everyPrefixReplays(stage.history('s-1'));
});

test('gives the story the last failure when the attempts are used up', async () => {
  const stage = staged({
    stories: {
      *hopeless(context: OrchestrationContext) {
        try {
          yield context.df.callActivityWithRetry('broken', new RetryOptions(500, 2), {});
        } catch (error) {
          return { caught: (error as Error).message.includes('second'), calls: 2 };
        }
      },
    },
    activities: {
      broken: () => {
        throw new Error(stage.calls.length === 2 ? 'second' : 'first');
      },
    },
  });

  await stage.start('hopeless', 'h-1');
  await stage.pass(500);

  expect(stage.status('h-1').output).toEqual({ caught: true, calls: 2 });
  expect(stage.calls).toHaveLength(2);
  await stage.everyPrefixReplays(stage.history('h-1'));
});

test.each([5, 7, 17])('sleeps for %i days in no time', async (days) => {
  const stage = staged({
    stories: {
      *sleeper(context: OrchestrationContext) {
        const from = context.df.currentUtcDateTime.getTime();
        yield context.df.createTimer(new Date(from + days * DAY_MS));
        return { slept: context.df.currentUtcDateTime.getTime() - from };
      },
    },
    activities: {},
  });

  await stage.start('sleeper', 'z-1');
  await stage.pass(days * DAY_MS - 1);
  expect(stage.status('z-1').runtimeStatus).toBe('Running');
  await stage.pass(1);

  expect(stage.status('z-1')).toMatchObject({ runtimeStatus: 'Completed', output: { slept: days * DAY_MS } });
  await stage.everyPrefixReplays(stage.history('z-1'));
});

test('takes the first of a timer and an activity, and ends once the timer is cancelled', async () => {
  const stage = staged({
    stories: {
      *race(context: OrchestrationContext) {
        const timeout = context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 60_000));
        const work = context.df.callActivity('work', { n: 1 });
        const winner = yield context.df.Task.any([work, timeout]);
        if (winner === work) timeout.cancel();
        return { won: winner === work ? 'work' : 'timeout' };
      },
    },
    activities: { work: () => ({ ok: true }) },
  });

  await stage.start('race', 'r-1');

  expect(stage.status('r-1')).toMatchObject({ runtimeStatus: 'Completed', output: { won: 'work' } });
  await stage.everyPrefixReplays(stage.history('r-1'));
});

test('stays running for a timer that nobody cancelled, as under Azure', async () => {
  const stage = staged({
    stories: {
      *forgetful(context: OrchestrationContext) {
        const timeout = context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 60_000));
        yield context.df.Task.any([context.df.callActivity('work', {}), timeout]);
        return { returned: true };
      },
    },
    activities: { work: () => ({}) },
  });

  await stage.start('forgetful', 'f-1');
  expect(stage.status('f-1').runtimeStatus).toBe('Running');
  await stage.pass(60_000);

  expect(stage.status('f-1')).toMatchObject({ runtimeStatus: 'Completed', output: { returned: true } });
});

test('starts over with a new history and keeps what was raised meanwhile', async () => {
  const stage = staged({
    stories: {
      *rounds(context: OrchestrationContext) {
        const { round } = context.df.getInput() as { round: number };
        context.df.setCustomStatus({ round });
        const event: unknown = yield context.df.waitForExternalEvent('go');
        if (round === 3) return event;
        context.df.continueAsNew({ round: round + 1 });
        return undefined;
      },
    },
    activities: {},
  });

  await stage.start('rounds', 'c-1', { round: 1 });
  for (const n of [1, 2]) {
    stage.durable.raiseEvent('c-1', 'go', { n });
    await stage.durable.settle();
  }
  expect(stage.status('c-1')).toMatchObject({
    runtimeStatus: 'Running',
    input: { round: 3 },
    customStatus: { round: 3 },
  });
  expect(stage.history('c-1').filter(({ EventType }) => EventType === 15)).toEqual([]);
  stage.durable.raiseEvent('c-1', 'go', { n: 3 });
  await stage.durable.settle();

  expect(stage.status('c-1')).toMatchObject({ runtimeStatus: 'Completed', output: { n: 3 } });
  await stage.everyPrefixReplays(stage.history('c-1'));
});

test('hands events over in order even when all come at once', async () => {
  const stage = staged({
    stories: {
      *listener(context: OrchestrationContext) {
        const heard: unknown[] = [];
        for (let n = 0; n < 3; n += 1) heard.push(yield context.df.waitForExternalEvent('word'));
        return { heard };
      },
    },
    activities: {},
  });

  stage.durable.start('listener', 'l-1');
  for (const word of ['a', 'b', 'c']) stage.durable.raiseEvent('l-1', 'word', { word });
  await stage.durable.settle();

  expect(stage.status('l-1').output).toEqual({ heard: [{ word: 'a' }, { word: 'b' }, { word: 'c' }] });
});

test('ends a terminated instance with the reason, and drops the result of its activity', async () => {
  let finish = () => {};
  const stage = staged({
    stories: {
      *slow(context: OrchestrationContext) {
        return yield context.df.callActivity('wait', {});
      },
    },
    activities: { wait: () => new Promise<object>((resolve) => (finish = () => resolve({ late: true }))) },
  });
  stage.durable.start('slow', 't-1');
  await expect.poll(() => stage.calls.length).toBe(1);

  stage.durable.terminate('t-1', 'no longer wanted');
  await expect.poll(() => stage.status('t-1').runtimeStatus).toBe('Terminated');
  finish();
  await stage.durable.settle();

  expect(stage.status('t-1')).toMatchObject({ runtimeStatus: 'Terminated', output: 'no longer wanted' });
  expect(stage.durable.terminate('t-1', 'again')).toBe('ended');
});

test('refuses to start an instance that runs, and replaces one that has ended', async () => {
  const stage = staged({
    stories: {
      *once(context: OrchestrationContext) {
        yield context.df.waitForExternalEvent('end');
        return context.df.getInput();
      },
    },
    activities: {},
  });
  await stage.start('once', 'o-1', { n: 1 });

  expect(() => stage.durable.start('once', 'o-1', { n: 2 })).toThrow('already exists and is Running');
  stage.durable.raiseEvent('o-1', 'end');
  await stage.durable.settle();
  await stage.start('once', 'o-1', { n: 3 });

  expect(stage.status('o-1')).toMatchObject({ runtimeStatus: 'Running', input: { n: 3 }, output: null });
});
