import type { OrchestrationContext } from 'durable-functions';
import { expect, onTestFinished, test } from 'vitest';
import { EventType } from '../../../local/host/durable/history.ts';
import { play, type Script } from '../harness.ts';

const staged = (script: Script) => {
  const stage = play(script);
  onTestFinished(() => stage.close());
  return stage;
};

const twoSteps: Script = {
  stories: {
    *steps(context: OrchestrationContext) {
      const word: unknown = yield context.df.waitForExternalEvent('word');
      return yield context.df.callActivity('echo', word);
    },
  },
  activities: { echo: (input: unknown) => ({ echoed: input }) },
};

test('keeps what comes in while it is suspended, and acts on it after', async () => {
  const stage = staged(twoSteps);
  await stage.start('steps', 's-1');

  stage.durable.suspend('s-1', 'the oven is hot');
  stage.durable.raiseEvent('s-1', 'word', { word: 'hello' });
  await stage.durable.settle();
  expect(stage.status('s-1').runtimeStatus).toBe('Suspended');
  expect(stage.calls).toEqual([]);
  stage.durable.resume('s-1', 'it has cooled');
  await stage.durable.settle();

  expect(stage.status('s-1')).toMatchObject({ runtimeStatus: 'Completed', output: { echoed: { word: 'hello' } } });
  expect(stage.history('s-1')).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ EventType: EventType.ExecutionSuspended, Reason: 'the oven is hot' }),
      expect.objectContaining({ EventType: EventType.ExecutionResumed, Reason: 'it has cooled' }),
    ]),
  );
  await stage.everyPrefixReplays(stage.history('s-1'));
});

test('schedules nothing that is decided in the moment of its suspension, and all of it after', async () => {
  const stage = staged(twoSteps);
  await stage.start('steps', 's-2');

  stage.durable.raiseEvent('s-2', 'word', { word: 'first' });
  stage.durable.suspend('s-2');
  await stage.durable.settle();
  expect(stage.status('s-2').runtimeStatus).toBe('Suspended');
  expect(stage.calls).toEqual([]);
  stage.durable.resume('s-2');
  await stage.durable.settle();

  expect(stage.calls).toEqual([{ name: 'echo', input: { word: 'first' } }]);
  expect(stage.status('s-2').runtimeStatus).toBe('Completed');
  await stage.everyPrefixReplays(stage.history('s-2'));
});

test('goes on at once when its timer fired while it was suspended', async () => {
  const stage = staged({
    stories: {
      *sleeper(context: OrchestrationContext) {
        yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 60_000));
        return yield context.df.callActivity('wake', {});
      },
    },
    activities: { wake: () => 'awake' },
  });
  await stage.start('sleeper', 's-3');
  stage.durable.suspend('s-3');

  await stage.pass(3_600_000);
  expect(stage.status('s-3').runtimeStatus).toBe('Suspended');
  stage.durable.resume('s-3');
  await stage.durable.settle();

  expect(stage.status('s-3')).toMatchObject({ runtimeStatus: 'Completed', output: 'awake' });
  await stage.everyPrefixReplays(stage.history('s-3'));
});

test('refuses to suspend twice, to resume what runs, and either once it has ended', async () => {
  const stage = staged(twoSteps);
  await stage.start('steps', 's-4');

  expect(stage.durable.resume('s-4')).toBe('wrong state');
  expect(stage.durable.suspend('s-4')).toBe('sent');
  await stage.durable.settle();
  expect(stage.durable.suspend('s-4')).toBe('wrong state');
  stage.durable.terminate('s-4', 'out of the way');
  await stage.durable.settle();

  expect(stage.status('s-4')).toMatchObject({ runtimeStatus: 'Terminated', output: 'out of the way' });
  expect(stage.durable.suspend('s-4')).toBe('ended');
  expect(stage.durable.resume('s-4')).toBe('ended');
  expect(stage.durable.suspend('nobody')).toBe('unknown');
});

test('stays suspended across generations that would have followed', async () => {
  const stage = staged({
    stories: {
      *rounds(context: OrchestrationContext) {
        const { round } = context.df.getInput() as { round: number };
        yield context.df.waitForExternalEvent('go');
        if (round === 2) return { round };
        context.df.continueAsNew({ round: round + 1 });
      },
    },
    activities: {},
  });
  await stage.start('rounds', 's-5', { round: 1 });

  stage.durable.suspend('s-5');
  for (const n of [1, 2]) stage.durable.raiseEvent('s-5', 'go', { n });
  await stage.durable.settle();
  expect(stage.status('s-5')).toMatchObject({ runtimeStatus: 'Suspended', input: { round: 1 } });
  stage.durable.resume('s-5');
  await stage.durable.settle();

  expect(stage.status('s-5')).toMatchObject({ runtimeStatus: 'Completed', output: { round: 2 } });
  await stage.everyGenerationReplays('s-5');
});
