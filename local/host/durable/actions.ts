/**
 * The actions that an orchestrator answers with, one for each `yield`, as `durable-functions` writes them.
 *
 * `Refused` stands for those that this host does not run; they are kept so that the instance can fail with their name.
 */
import { z } from 'zod';

export const ActionType = {
  CallActivity: 0,
  CallActivityWithRetry: 1,
  CallSubOrchestrator: 2,
  CallSubOrchestratorWithRetry: 3,
  ContinueAsNew: 4,
  CreateTimer: 5,
  WaitForExternalEvent: 6,
  WhenAny: 11,
  WhenAll: 12,
} as const;

/** By the number on the wire: what an app calls to get there. */
const REFUSED = new Map([
  [7, 'callEntity'],
  [8, 'callHttp'],
  [9, 'signalEntity'],
  [10, 'scheduled entity signals'],
  [13, 'lock'],
  [14, 'lock release'],
]);

export interface RetryOptions {
  firstRetryIntervalInMilliseconds: number;
  maxNumberOfAttempts: number;
  backoffCoefficient?: number | undefined;
  maxRetryIntervalInMilliseconds?: number | undefined;
  retryTimeoutInMilliseconds?: number | undefined;
}

export interface SubOrchestratorCall {
  functionName: string;
  /** One is made from the execution and the task when absent. */
  instanceId?: string | undefined;
  input?: unknown;
}

export type Action =
  | { actionType: 0; functionName: string; input?: unknown }
  | { actionType: 1; functionName: string; input?: unknown; retryOptions: RetryOptions }
  | ({ actionType: 2 } & SubOrchestratorCall)
  | ({ actionType: 3; retryOptions: RetryOptions } & SubOrchestratorCall)
  | { actionType: 4; input?: unknown }
  | { actionType: 5; fireAt: string; isCanceled: boolean }
  | { actionType: 6; externalEventName: string }
  | { actionType: 11; compoundActions: Action[] }
  | { actionType: 12; compoundActions: Action[] }
  | { actionType: 'refused'; name: string };

const retryOptions = z.object({
  firstRetryIntervalInMilliseconds: z.number(),
  maxNumberOfAttempts: z.number(),
  backoffCoefficient: z.number().optional(),
  maxRetryIntervalInMilliseconds: z.number().optional(),
  retryTimeoutInMilliseconds: z.number().optional(),
});

const subOrchestratorCall = {
  functionName: z.string(),
  instanceId: z.string().optional(),
  input: z.unknown().optional(),
};

const compoundActions = z.array(z.lazy(() => actionSchema));

const known = z.discriminatedUnion('actionType', [
  z.object({ actionType: z.literal(0), functionName: z.string(), input: z.unknown().optional() }),
  z.object({ actionType: z.literal(1), functionName: z.string(), input: z.unknown().optional(), retryOptions }),
  z.object({ actionType: z.literal(2), ...subOrchestratorCall }),
  z.object({ actionType: z.literal(3), ...subOrchestratorCall, retryOptions }),
  z.object({ actionType: z.literal(4), input: z.unknown().optional() }),
  z.object({ actionType: z.literal(5), fireAt: z.iso.datetime(), isCanceled: z.boolean() }),
  z.object({ actionType: z.literal(6), externalEventName: z.string() }),
  z.object({ actionType: z.literal(11), compoundActions }),
  z.object({ actionType: z.literal(12), compoundActions }),
]);

const refused = z
  .object({ actionType: z.number().refine((type) => REFUSED.has(type)) })
  .transform(({ actionType }) => ({ actionType: 'refused' as const, name: REFUSED.get(actionType) ?? '' }));

export const actionSchema: z.ZodType<Action> = z.union([known, refused]);
