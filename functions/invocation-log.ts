/**
 * The log of whatever function is running: what is logged deep inside an activity stands with its invocation, without every port taking a
 * context. Functions keeps what is written to an invocation's context, and little of what goes to the console.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { InvocationContext } from '@azure/functions';
import type { Log } from './activities/activity.ts';

const running = new AsyncLocalStorage<Pick<InvocationContext, 'warn'>>();

export const withLogOf = <T>(context: Pick<InvocationContext, 'warn'>, work: () => T): T => running.run(context, work);

export const invocationLog: Log = { warn: (message) => (running.getStore() ?? console).warn(message) };
