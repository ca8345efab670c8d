import type { OrchestrationContext } from 'durable-functions';
import { expect, onTestFinished, test } from 'vitest';
import { play, type Script } from '../harness.ts';

const staged = (script: Script) => {
  const stage = play(script);
  onTestFinished(() => stage.close());
  return stage;
};

test('fails an instance whose story throws, with the text of the error', async () => {
  const stage = staged({
    stories: {
      *bad(context: OrchestrationContext) {
        yield context.df.callActivity('work', {});
        throw new Error('the story is wrong');
      },
    },
    activities: { work: () => ({}) },
  });

  await stage.start('bad', 'b-1');

  expect(stage.status('b-1')).toMatchObject({
    runtimeStatus: 'Failed',
    output: "Orchestrator function 'bad' failed: the story is wrong",
  });
});

test.each([
  ['Date.now', () => Date.now()],
  ['new Date', () => new Date()],
  ['Math.random', () => Math.random()],
])('makes %s throw inside of a story', async (name, chance) => {
  const stage = staged({
    stories: {
      *unsteady() {
        return chance();
      },
    },
    activities: {},
  });

  await stage.start('unsteady', 'u-1');

  expect(stage.status('u-1').output).toContain(`must not use ${name}`);
});

test('finds a story that answers otherwise when its history is played again', async () => {
  let first = true;
  const stage = staged({
    stories: {
      *fickle(context: OrchestrationContext) {
        const name = first ? 'left' : 'right';
        return yield context.df.callActivity(name, {});
      },
    },
    activities: { left: () => ({}), right: () => ({}) },
  });
  await stage.start('fickle', 'x-1');
  const history = stage.history('x-1');

  first = false;

  await expect(stage.everyPrefixReplays(history)).rejects.toThrow('after 3 events');
});

test('fails a running instance whose story was changed under it', async () => {
  let changed = false;
  const stage = staged({
    stories: {
      *changing(context: OrchestrationContext) {
        yield context.df.callActivity(changed ? 'right' : 'left', {});
        yield context.df.waitForExternalEvent('go');
      },
    },
    activities: { left: () => ({}), right: () => ({}) },
  });
  await stage.start('changing', 'n-1');

  changed = true;
  stage.durable.raiseEvent('n-1', 'go');
  await stage.durable.settle();

  expect(stage.status('n-1').runtimeStatus).toBe('Failed');
  expect(stage.status('n-1').output).toContain(
    "Non-Deterministic workflow detected: an earlier execution scheduled activity 'left'",
  );
  expect(stage.calls).toEqual([{ name: 'left', input: {} }]);
});
