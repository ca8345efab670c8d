import type { OrchestrationContext, Task } from 'durable-functions';
import { expect, onTestFinished, test } from 'vitest';
import { play, type Script } from '../harness.ts';

const staged = (script: Script) => {
  const stage = play(script);
  onTestFinished(() => stage.close());
  return stage;
};

test('keeps an event that comes before anybody waits for it', async () => {
  const stage = staged({
    stories: {
      *late(context: OrchestrationContext) {
        yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 60_000));
        return yield context.df.waitForExternalEvent('early');
      },
    },
    activities: {},
  });
  await stage.start('late', 'e-1');
  stage.durable.raiseEvent('e-1', 'early', { n: 1 });

  await stage.pass(60_000);

  expect(stage.status('e-1')).toMatchObject({ runtimeStatus: 'Completed', output: { n: 1 } });
  await stage.everyPrefixReplays(stage.history('e-1'));
});

test('takes an event that comes long after it is waited for, and ignores one that nobody wants', async () => {
  const stage = staged({
    stories: {
      *waiting(context: OrchestrationContext) {
        return yield context.df.waitForExternalEvent('wanted');
      },
    },
    activities: {},
  });
  await stage.start('waiting', 'e-2');

  await stage.pass(30 * 86_400_000);
  stage.durable.raiseEvent('e-2', 'unwanted', { n: 0 });
  stage.durable.raiseEvent('e-2', 'wanted', { n: 1 });
  await stage.durable.settle();

  expect(stage.status('e-2')).toMatchObject({ runtimeStatus: 'Completed', output: { n: 1 } });
  await stage.everyPrefixReplays(stage.history('e-2'));
});

test('waits for several events at once, in whatever order they come', async () => {
  const stage = staged({
    stories: {
      *gathering(context: OrchestrationContext) {
        return yield context.df.Task.all(['a', 'b', 'c'].map((name) => context.df.waitForExternalEvent(name)));
      },
    },
    activities: {},
  });
  await stage.start('gathering', 'e-3');

  for (const name of ['c', 'a', 'b']) {
    stage.durable.raiseEvent('e-3', name, { name });
    await stage.durable.settle();
  }

  expect(stage.status('e-3').output).toEqual([{ name: 'a' }, { name: 'b' }, { name: 'c' }]);
  await stage.everyPrefixReplays(stage.history('e-3'));
});

test('gives the first of two events of one name to the one that waited last, as under Azure', async () => {
  const stage = staged({
    stories: {
      *pair(context: OrchestrationContext) {
        const waits = [context.df.waitForExternalEvent('go'), context.df.waitForExternalEvent('go')];
        return yield context.df.Task.all(waits);
      },
    },
    activities: {},
  });
  await stage.start('pair', 'e-4');

  for (const n of [1, 2]) {
    stage.durable.raiseEvent('e-4', 'go', { n });
    await stage.durable.settle();
  }

  expect(stage.status('e-4').output).toEqual([{ n: 2 }, { n: 1 }]);
  await stage.everyPrefixReplays(stage.history('e-4'));
});

/** Each round takes one event, and then has no time for anything else. */
const rounds: Script = {
  stories: {
    *rounds(context: OrchestrationContext): Generator<Task, unknown, { n: number }> {
      const { heard } = context.df.getInput() as { heard: number[] };
      const { n } = yield context.df.waitForExternalEvent('go');
      if (heard.length === 2) return [...heard, n];
      context.df.continueAsNew({ heard: [...heard, n] });
      return undefined;
    },
  },
  activities: {},
};

test('carries what came after continueAsNew over into the next generation, in order', async () => {
  const stage = staged(rounds);

  stage.durable.start('rounds', 'e-5', { heard: [] });
  for (const n of [1, 2, 3]) stage.durable.raiseEvent('e-5', 'go', { n });
  await stage.durable.settle();

  expect(stage.status('e-5')).toMatchObject({ runtimeStatus: 'Completed', output: [1, 2, 3] });
  expect(stage.generations('e-5')).toHaveLength(3);
  await stage.everyGenerationReplays('e-5');
});

test('loses what was buffered and not waited for when it continues as new, as under Azure', async () => {
  const stage = staged({
    stories: {
      *forgetful(context: OrchestrationContext) {
        const { round } = context.df.getInput() as { round: number };
        if (round === 1) {
          yield context.df.waitForExternalEvent('next');
          context.df.continueAsNew({ round: 2 });
          return undefined;
        }
        return yield context.df.waitForExternalEvent('word');
      },
    },
    activities: {},
  });
  await stage.start('forgetful', 'e-6', { round: 1 });

  stage.durable.raiseEvent('e-6', 'word', { word: 'lost' });
  stage.durable.raiseEvent('e-6', 'next');
  await stage.durable.settle();
  expect(stage.status('e-6').runtimeStatus).toBe('Running');
  stage.durable.raiseEvent('e-6', 'word', { word: 'kept' });
  await stage.durable.settle();

  expect(stage.status('e-6')).toMatchObject({ runtimeStatus: 'Completed', output: { word: 'kept' } });
  await stage.everyGenerationReplays('e-6');
});

/** Waits an hour for an event, again and again; `settle` says what it does between the event and the next generation. */
const patient = (settle: (context: OrchestrationContext) => Task | undefined): Script => ({
  stories: {
    *patient(context: OrchestrationContext) {
      const { round } = context.df.getInput() as { round: number };
      if (round === 20) return 'gave up';
      const timeout = context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 3_600_000));
      const winner: unknown = yield context.df.Task.any([context.df.waitForExternalEvent('go'), timeout]);
      if (winner === timeout) return { round, timedOut: true };
      timeout.cancel();
      const between = settle(context);
      if (between) yield between;
      context.df.continueAsNew({ round: round + 1 });
      return undefined;
    },
  },
  activities: { note: () => ({}) },
});

test('forgets the timer of a generation that is over', async () => {
  const stage = staged(patient((context) => context.df.callActivity('note', {})));
  await stage.start('patient', 'e-7', { round: 1 });

  await stage.pass(3_000_000);
  stage.durable.raiseEvent('e-7', 'go');
  await stage.durable.settle();
  await stage.pass(3_599_999);
  expect(stage.status('e-7').runtimeStatus).toBe('Running');
  await stage.pass(1);

  expect(stage.status('e-7')).toMatchObject({ runtimeStatus: 'Completed', output: { round: 2, timedOut: true } });
  await stage.everyGenerationReplays('e-7');
});

test('gives an event that won against a timer to every generation, as Azure does, and says how not to', async () => {
  const stage = staged(patient(() => undefined));
  await stage.start('patient', 'e-8', { round: 1 });

  stage.durable.raiseEvent('e-8', 'go');
  await stage.durable.settle();

  expect(stage.status('e-8').output).toBe('gave up');
  expect(stage.log).toContainEqual({
    level: 'warning',
    functionName: 'patient',
    message: expect.stringMatching(/^e-8: event "go" .* without end, .*: yield one more task/) as string,
  });
});
