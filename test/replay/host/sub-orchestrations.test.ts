import { RetryOptions, type OrchestrationContext } from 'durable-functions';
import { expect, onTestFinished, test } from 'vitest';
import { play, type Script } from '../harness.ts';

const staged = (script: Script) => {
  const stage = play(script);
  onTestFinished(() => stage.close());
  return stage;
};
type Stage = ReturnType<typeof staged>;

const childrenOf = (stage: Stage, parent: string) =>
  stage.durable
    .list({})
    .map(({ instanceId }) => instanceId)
    .filter((id) => id !== parent);
const everythingReplays = async (stage: Stage) => {
  for (const { instanceId } of stage.durable.list({})) await stage.everyGenerationReplays(instanceId);
};

const stories: Script['stories'] = {
  *order(context: OrchestrationContext) {
    const { items } = context.df.getInput() as { items: string[] };
    return yield context.df.Task.all(items.map((item) => context.df.callSubOrchestrator('pack', { item })));
  },
  *pack(context: OrchestrationContext) {
    const { item } = context.df.getInput() as { item: string };
    const packed: unknown = yield context.df.callActivity('wrap', { item });
    return { packed, parent: context.df.parentInstanceId };
  },
};
const wrap = ({ item }: { item: string }) => {
  if (item === 'glass') throw new Error('it broke');
  return `wrapped ${item}`;
};

test('runs one sub-orchestration for each item, under ids of its own, and answers in order', async () => {
  const stage = staged({ stories, activities: { wrap } });

  await stage.start('order', 'order-1', { items: ['book', 'pen'] });

  expect(stage.status('order-1')).toMatchObject({
    runtimeStatus: 'Completed',
    output: [
      { packed: 'wrapped book', parent: 'order-1' },
      { packed: 'wrapped pen', parent: 'order-1' },
    ],
  });
  const execution = /^[0-9a-f]{32}:[01]$/;
  expect(childrenOf(stage, 'order-1')).toEqual([
    expect.stringMatching(execution) as string,
    expect.stringMatching(execution) as string,
  ]);
  await everythingReplays(stage);
});

test('gives a failure to the parent, with the text of the child', async () => {
  const stage = staged({
    stories: {
      ...stories,
      *careful(context: OrchestrationContext) {
        try {
          yield context.df.callSubOrchestrator('pack', { item: 'glass' });
        } catch (error) {
          return { caught: (error as Error).message };
        }
      },
    },
    activities: { wrap },
  });

  await stage.start('careful', 'careful-1');
  await stage.start('order', 'order-2', { items: ['glass'] });

  const text = "Orchestrator function 'pack' failed: Activity function 'wrap' failed:  it broke";
  expect(stage.status('careful-1')).toMatchObject({
    runtimeStatus: 'Completed',
    output: { caught: expect.stringContaining(text) as string },
  });
  expect(stage.status('order-2')).toMatchObject({
    runtimeStatus: 'Failed',
    output: expect.stringMatching(
      /^Orchestrator function 'order' failed: Orchestrator function 'pack' failed: /,
    ) as string,
  });
  await everythingReplays(stage);
});

test('tries a sub-orchestration again after a pause, each time as a new instance', async () => {
  let attempts = 0;
  const stage = staged({
    stories: {
      ...stories,
      *stubborn(context: OrchestrationContext) {
        return yield context.df.callSubOrchestratorWithRetry('pack', new RetryOptions(5_000, 3), { item: 'vase' });
      },
    },
    activities: {
      wrap: ({ item }: { item: string }) => {
        attempts += 1;
        if (attempts < 3) throw new Error(`attempt ${attempts}`);
        return item;
      },
    },
  });

  await stage.start('stubborn', 's-1');
  await stage.pass(4_999);
  expect(attempts).toBe(1);
  await stage.pass(5_001);

  expect(stage.status('s-1')).toMatchObject({ runtimeStatus: 'Completed', output: { packed: 'vase' } });
  expect(childrenOf(stage, 's-1').map((id) => stage.status(id).runtimeStatus)).toEqual([
    'Failed',
    'Failed',
    'Completed',
  ]);
  await everythingReplays(stage);
});

test('runs every attempt under the id that the app gave', async () => {
  const stage = staged({
    stories: {
      ...stories,
      *named(context: OrchestrationContext) {
        const input = { item: 'glass' };
        return yield context.df.callSubOrchestratorWithRetry('pack', new RetryOptions(1_000, 2), input, 'parcel-7');
      },
    },
    activities: { wrap },
  });

  await stage.start('named', 'n-1');
  await stage.pass(1_000);

  expect(stage.status('n-1').runtimeStatus).toBe('Failed');
  expect(stage.calls).toHaveLength(2);
  expect(childrenOf(stage, 'n-1')).toEqual(['parcel-7']);
  await everythingReplays(stage);
});

test('hears from a child only when its last generation ends', async () => {
  const stage = staged({
    stories: {
      *parent(context: OrchestrationContext) {
        return yield context.df.callSubOrchestrator('rounds', { round: 1 }, 'rounds-1');
      },
      *rounds(context: OrchestrationContext) {
        const { round } = context.df.getInput() as { round: number };
        yield context.df.waitForExternalEvent('go');
        if (round === 3) return { round, parent: context.df.parentInstanceId };
        context.df.continueAsNew({ round: round + 1 });
      },
    },
    activities: {},
  });
  await stage.start('parent', 'p-1');

  for (const round of [1, 2, 3]) {
    expect(stage.status('p-1').runtimeStatus).toBe('Running');
    stage.durable.raiseEvent('rounds-1', 'go', { round });
    await stage.durable.settle();
  }

  expect(stage.status('p-1')).toMatchObject({ runtimeStatus: 'Completed', output: { round: 3, parent: 'p-1' } });
  expect(stage.generations('rounds-1')).toHaveLength(3);
  await everythingReplays(stage);
});

test('tells the parent of a terminated child, with the reason', async () => {
  const stage = staged({
    stories: {
      *parent(context: OrchestrationContext) {
        return yield context.df.callSubOrchestrator('waiting', {}, 'child-1');
      },
      *waiting(context: OrchestrationContext) {
        yield context.df.waitForExternalEvent('never');
      },
    },
    activities: {},
  });
  await stage.start('parent', 'p-2');

  stage.durable.terminate('child-1', 'too late');
  await stage.durable.settle();

  expect(stage.status('p-2')).toMatchObject({
    runtimeStatus: 'Failed',
    output: expect.stringContaining("Orchestrator function 'parent' failed: too late") as string,
  });
});

test('lets the children of a terminated parent go on, and drops what they answer', async () => {
  const stage = staged({
    stories: {
      *parent(context: OrchestrationContext) {
        return yield context.df.callSubOrchestrator('waiting', {}, 'child-2');
      },
      *waiting(context: OrchestrationContext) {
        return yield context.df.waitForExternalEvent('go');
      },
    },
    activities: {},
  });
  await stage.start('parent', 'p-3');

  stage.durable.terminate('p-3', 'enough');
  await stage.durable.settle();
  expect(stage.status('child-2').runtimeStatus).toBe('Running');
  stage.durable.raiseEvent('child-2', 'go', { late: true });
  await stage.durable.settle();

  expect(stage.status('child-2')).toMatchObject({ runtimeStatus: 'Completed', output: { late: true } });
  expect(stage.status('p-3')).toMatchObject({ runtimeStatus: 'Terminated', output: 'enough' });
});

test('does not start a child whose id is running, and says loudly that the parent waits for ever', async () => {
  const stage = staged({
    stories: {
      *parent(context: OrchestrationContext) {
        return yield context.df.callSubOrchestrator('waiting', {}, 'taken');
      },
      *waiting(context: OrchestrationContext) {
        return yield context.df.waitForExternalEvent('go');
      },
    },
    activities: {},
  });
  await stage.start('waiting', 'taken', { mine: true });

  await stage.start('parent', 'p-4');

  expect(stage.status('taken').input).toEqual({ mine: true });
  expect(stage.log).toContainEqual({
    level: 'warning',
    message: expect.stringMatching(/^instance p-4 waits for ever, .* "taken" was not started/) as string,
  });
});

test.each([
  ['its own id', 'p-5', 'must be different than the instance ID of a parent'],
  ['its own id in other case', 'P-5', 'must be different than the instance ID of a parent'],
  ['an id with a slash', 'a/b', 'must not contain'],
  ['an id of an entity', '@counter@a', 'must not start with @'],
])('fails a parent that gives its child %s', async (_what, childId, text) => {
  const stage = staged({
    stories: {
      *parent(context: OrchestrationContext) {
        const { childId: id } = context.df.getInput() as { childId: string };
        return yield context.df.callSubOrchestrator('parent', {}, id);
      },
    },
    activities: {},
  });

  await stage.start('parent', 'p-5', { childId });

  expect(stage.status('p-5')).toMatchObject({
    runtimeStatus: 'Failed',
    output: expect.stringContaining(text) as string,
  });
});

test('fails a parent that names an orchestrator the app lacks, and says which there are', async () => {
  const stage = staged({
    stories: {
      *parent(context: OrchestrationContext) {
        return yield context.df.callSubOrchestrator('nobody', {});
      },
    },
    activities: {},
  });

  await stage.start('parent', 'p-6');

  expect(stage.status('p-6').output).toContain(
    "The function 'nobody' doesn't exist or is not an orchestrator. The orchestrators are: 'parent'.",
  );
});
