import { expect, test } from 'vitest';
import { checkApp } from '../../../local/host/app/check-app.ts';
import type { Binding } from '../../../local/host/app/core-api.ts';
import { FunctionApp } from '../../../local/host/app/function-app.ts';

function appWith(bindings: Record<string, Binding>, retryOptions?: object): FunctionApp {
  const app = new FunctionApp();
  app.register({ name: 'work', bindings, ...(retryOptions ? { retryOptions } : {}) }, () => undefined);
  return app;
}

const timer = { type: 'timerTrigger', direction: 'in' };

test.each<[string, FunctionApp, string]>([
  ['another trigger', appWith({ in: { type: 'queueTrigger', direction: 'in' } }), 'has a trigger of type queueTrigger'],
  [
    'an output besides the response',
    appWith({ in: timer, out: { type: 'queue', direction: 'out' } }),
    'has a binding of type queue',
  ],
  ['a retry policy', appWith({ in: timer }, { maxRetryCount: 3 }), 'has a retry policy'],
  [
    'an orchestrator of the next durable-functions',
    appWith({ in: { type: 'orchestrationTrigger', direction: 'in', durableRequiresGrpc: true } }),
    'is of durable-functions 4 or newer (only 3.x is run)',
  ],
])('refuses %s by name, and says where it runs', (_what, app, problem) => {
  expect(() => checkApp(app)).toThrow(
    `not run by this local host: function "work" ${problem}. Functions Core Tools (\`func start\`) runs it`,
  );
});

test('takes a function with a durable client', () => {
  const client = { type: 'durableClient', direction: 'in' };

  expect(() => checkApp(appWith({ in: timer, client }))).not.toThrow();
});
