/** Long-running operations of the registries: kept in the store, so that a poll after a restart is answered. */
import { randomUUID } from 'node:crypto';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Store } from '../../store.ts';
import type { Clock } from '../../../clock.ts';
import { OPERATION_KEPT_MS } from '../limits.ts';

export type OperationState =
  | { kind: 'running' }
  | { kind: 'succeeded' }
  | { kind: 'failed'; status: ContentfulStatusCode; code: string; message: string };

export interface Operation<Work = unknown> {
  /** Such as `registries-<guid>`. */
  id: string;
  registry: string;
  startedAt: number;
  state: OperationState;
  /** What has to be done, for whoever takes it up again. */
  work: Work;
}

export interface Operations<Work> {
  start(operation: { prefix: string; registry: string; state: OperationState; work: Work }): Operation<Work>;
  get(id: string): Operation<Work> | undefined;
  running(): Operation<Work>[];
  end(id: string, state: OperationState): void;
}

export function openOperations<Work>(options: { store: Store; clock: Clock; collection: string }): Operations<Work> {
  const { store, clock, collection } = options;
  const operations = store.collection<Operation<Work>>(collection);

  return {
    start({ prefix, registry, state, work }) {
      const startedAt = clock.now();
      for (const { key, value } of operations.entries()) {
        if (value.state.kind !== 'running' && value.startedAt < startedAt - OPERATION_KEPT_MS) operations.delete(key);
      }
      const operation = { id: `${prefix}-${randomUUID()}`, registry, startedAt, state, work };
      operations.put(operation.id, operation);
      return operation;
    },
    get: (id) => operations.get(id),
    running: () => operations.entries().flatMap(({ value }) => (value.state.kind === 'running' ? [value] : [])),
    end(id, state) {
      const operation = operations.get(id);
      if (operation) operations.put(id, { ...operation, state });
    },
  };
}
