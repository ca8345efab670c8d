/**
 * Runs imports as long-running operations.
 *
 * An operation is in the store before the client hears of it. One that a crash cut off is taken up again, at the start or by the first poll,
 * unless it had credentials: those are never written down, so it ends failed and says so. Its tags and its end are one transaction.
 */
import type { World } from '../../world.ts';
import type { Operation, Operations } from '../management/operations.ts';
import type { Registry } from '../registry.ts';
import { POLL_PATIENCE_MS, SOURCE_SILENCE_MS } from '../limits.ts';
import { cloudSource } from './cloud-source.ts';
import { copyImage } from './copy.ts';
import { createHttp } from './http.ts';
import { ociSource } from './oci-source.ts';
import type { ImportRequest, SourceCredentials } from './request.ts';
import { accessDenied, ImportFailed, type ImportSource } from './source.ts';

export interface ImportWork {
  request: ImportRequest;
  hadCredentials: boolean;
  /** Whoever asked may not pull from the source, a registry of this cloud. */
  isDenied: boolean;
}

export interface ImportRunner {
  start(
    target: Registry,
    asked: { request: ImportRequest; credentials: SourceCredentials | undefined; isDenied: boolean },
  ): Operation<ImportWork>;
  /** The operation as it is now, or very soon; work that nobody does any more is taken up. */
  look(id: string): Promise<Operation<ImportWork> | undefined>;
  /** Takes up what a crash cut off. */
  resume(): void;
  /** Ends all work at once; what was running is taken up at the next start. */
  stop(): Promise<void>;
}

export function createImportRunner(options: {
  world: World;
  registries: Registry[];
  operations: Operations<ImportWork>;
}): ImportRunner {
  const { world, registries, operations } = options;
  const working = new Map<string, Promise<void>>();
  const closing = new AbortController();

  const run = (operation: Operation<ImportWork>, credentials?: SourceCredentials): void => {
    if (working.has(operation.id) || closing.signal.aborted) return;
    const work = perform(operation, credentials).finally(() => working.delete(operation.id));
    working.set(operation.id, work);
  };
  const perform = async (operation: Operation<ImportWork>, credentials?: SourceCredentials): Promise<void> => {
    const { id, work } = operation;
    const target = registries.find(({ name }) => name === operation.registry);
    try {
      if (!target) throw new Error(`registry ${operation.registry} is not in the configuration any more`);
      if (work.hadCredentials && !credentials) throw interrupted();
      await copyImage({
        source: sourceOf(work, credentials),
        target,
        request: work.request,
        signal: closing.signal,
        done: () => operations.end(id, { kind: 'succeeded' }),
      });
    } catch (error) {
      // The next start goes on.
      if (closing.signal.aborted) return;
      if (operations.get(id)?.state.kind === 'succeeded') {
        // The tags are there, so all that can have failed is an event, and events may be lost.
        world.log('registry', `import ${id} succeeded, but an event was lost: ${String(error)}`);
        return;
      }
      const failure = error instanceof ImportFailed ? error : unexpected(error);
      const message = `Operation ${id} failed. Resource ${target?.id ?? operation.registry} ${failure.message}`;
      operations.end(id, { kind: 'failed', status: failure.status, code: failure.code, message });
      world.log('registry', `import failed: ${failure.code}: ${message}`);
    }
  };
  const sourceOf = ({ request: { source }, isDenied }: ImportWork, credentials?: SourceCredentials): ImportSource => {
    if ('resourceId' in source) {
      const registry = registries.find(({ id }) => id.toLowerCase() === source.resourceId.toLowerCase());
      if (!registry) throw new Error(`${source.resourceId} is not in the configuration any more`);
      if (isDenied) throw accessDenied(registry.loginServer);
      return cloudSource(registry);
    }
    const http = createHttp({ caFile: world.tls.caFile, silenceMs: SOURCE_SILENCE_MS });
    return ociSource({ host: source.host, http, credentials, signal: closing.signal });
  };
  /** Small imports end in a moment, and a client that is told to wait does so for a second. */
  const soon = (work: Promise<void> | undefined) =>
    new Promise<void>((resolve) => {
      const cancel = world.clock.after(POLL_PATIENCE_MS, resolve);
      void work?.then(() => {
        cancel();
        resolve();
      });
    });

  return {
    start(target, { request, credentials, isDenied }) {
      const operation = operations.start({
        prefix: 'registries',
        registry: target.name,
        state: { kind: 'running' },
        work: { request, hadCredentials: credentials !== undefined, isDenied },
      });
      run(operation, credentials);
      return operation;
    },
    resume() {
      for (const operation of operations.running()) run(operation);
    },
    async look(id) {
      const operation = operations.get(id);
      if (operation?.state.kind !== 'running') return operation;
      run(operation);
      await soon(working.get(id));
      return operations.get(id);
    },
    async stop() {
      closing.abort();
      await Promise.all(working.values());
    },
  };
}

const interrupted = (): ImportFailed =>
  new ImportFailed({
    code: 'OperationInterrupted',
    message:
      'The import was cut off by a restart of this cloud, and its credentials were not kept. Nothing was tagged; import again.',
  });

const unexpected = (error: unknown): ImportFailed =>
  new ImportFailed({
    status: 500,
    code: 'InternalServerError',
    message: error instanceof Error ? error.message : String(error),
    cause: error,
  });
