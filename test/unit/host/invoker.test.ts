import { app } from '@azure/functions';
import * as df from 'durable-functions';
import { expect, test } from 'vitest';
import { virtualClock } from '../../../local/clock.ts';
import { createInvoker } from '../../../local/host/app/invoker.ts';
import { installShim } from '../../../local/host/app/shim.ts';
import { jsonTextOf, typedInput } from '../../../local/host/app/typed-data.ts';
import type { LogEntry } from '../../../local/host/log.ts';

/** A new app with one activity, and what its runs logged. */
function appWith(handler: (input: unknown) => unknown) {
  const shim = installShim();
  const functions = shim.newApp();
  df.app.activity('work', { handler: async (input: unknown) => handler(input) });
  const log: LogEntry[] = [];
  const clock = virtualClock(0);
  const invoker = createInvoker({
    app: functions,
    model: () => shim.model,
    clock,
    log: (entry) => log.push(entry),
    extraInput: () => ({}),
    timeoutMs: 1_000,
  });
  const run = async (input: unknown): Promise<unknown> =>
    JSON.parse(jsonTextOf(await invoker.invoke('WORK', { trigger: typedInput(input) })) ?? 'null');
  return { run, invoker, log, clock, functions };
}

test.each([
  ['an object', { a: [1, null] }],
  ['a text', 'plain'],
  ['a number', 1.5],
  ['nothing', null],
])('hands %s to an activity and back', async (_what, value) => {
  const { run } = appWith((input) => input);

  expect(await run(value)).toEqual(value);
});

test('gives an activity a text instead of a boolean, as .NET does', async () => {
  const { run } = appWith((input) => ({ type: typeof input, input }));

  expect(await run(true)).toEqual({ type: 'string', input: 'True' });
});

test('lets hooks replace input and result, and see the same hook data', async () => {
  const { run } = appWith((input) => ({ input }));
  app.hook.preInvocation((context) => {
    context.inputs = [{ n: 2 }];
    context.hookData['seen'] = 'before';
  });
  app.hook.postInvocation((context) => {
    context.result = { was: context.result, seen: context.hookData['seen'] };
  });

  expect(await run({ n: 1 })).toEqual({ was: { input: { n: 2 } }, seen: 'before' });
});

test('lets a hook swallow an error', async () => {
  const { run } = appWith(() => {
    throw new Error('swallow me');
  });
  app.hook.postInvocation((context) => {
    context.error = null;
    context.result = { recovered: true };
  });

  expect(await run({})).toEqual({ recovered: true });
});

test('takes a hook back that was disposed of', async () => {
  const { run } = appWith((input) => input);
  app.hook.preInvocation((context) => void (context.inputs = ['replaced'])).dispose();

  expect(await run({ n: 1 })).toEqual({ n: 1 });
});

test('fails a function that takes too long, and is idle again', async () => {
  const { run, invoker, clock, log } = appWith(() => new Promise(() => {}));

  const running = expect(run({})).rejects.toThrow(
    'Timeout value of 1 s (functionTimeout) was exceeded by function: work',
  );
  clock.advance(1_000);
  await running;
  await invoker.idle();

  expect(log.at(-1)).toMatchObject({
    level: 'error',
    message: expect.stringContaining('failed after 1000 ms') as string,
  });
});

test('logs where in the app an error was thrown, without the frames of libraries', async () => {
  const { run, log } = appWith(() => {
    throw new Error('broken here\nand a second line');
  });

  await expect(run({})).rejects.toThrow('broken here');

  const message = log.at(-1)?.message ?? '';
  expect(message).toContain('broken here\n');
  expect(message).toContain('invoker.test.ts');
  expect(message).not.toMatch(/second line|node_modules/);
});

test('refuses a second function of the same name, in any case, and one that comes too late', () => {
  const { functions } = appWith(() => ({}));
  const activity = (name: string) => () => df.app.activity(name, { handler: () => ({}) });

  expect(activity('Work')).toThrow('a function named "Work" is registered twice');
  functions.lock();
  expect(activity('late')).toThrow('"late" was registered after the app had started');
});
