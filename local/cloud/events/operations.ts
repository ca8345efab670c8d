/** Long-running operations of Event Grid's management API: what `Azure-AsyncOperation` of an answer points at. */
import { randomUUID } from 'node:crypto';
import type { World } from '../world.ts';

export type OperationStatus =
  { status: 'InProgress' | 'Succeeded' } | { status: 'Failed'; error: { code: string; message: string } };

type Operation = OperationStatus & { startedAt: number };

export type Operations = ReturnType<typeof openOperations>;

/** Azure promises an operation's status for a day at least; it is forgotten after that. */
const KEPT_MS = 86_400_000;

export function openOperations({ store, clock, config }: World) {
  const kept = store.collection<Operation>('events.operations');
  const url = (kind: string, id: string) =>
    `https://localhost:${config.ports.arm}/subscriptions/${config.subscription}/providers/Microsoft.EventGrid/locations/${config.location}/${kind}/${id}`;

  return {
    start(): string {
      for (const { key, value } of kept.entries()) if (value.startedAt < clock.now() - KEPT_MS) kept.delete(key);
      const id = randomUUID().toUpperCase();
      kept.put(id, { status: 'InProgress', startedAt: clock.now() });
      return id;
    },

    end: (id: string, status: OperationStatus): void => kept.put(id, { ...status, startedAt: clock.now() }),

    get: (id: string): Operation | undefined => kept.get(id.toUpperCase()),

    headers: (id: string, apiVersion: string): { 'azure-asyncoperation': string; location: string } => ({
      'azure-asyncoperation': `${url('operationsStatus', id)}?api-version=${apiVersion}`,
      location: `${url('operationResults', id)}?api-version=${apiVersion}`,
    }),
  };
}
