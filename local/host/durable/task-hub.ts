/**
 * The queues of the task hub, made at the start of the host with the identity of the app, as the Azure Storage provider of Durable Functions makes them.
 *
 * This host keeps its work in SQLite, and puts nothing into them: they are here so that what refuses the provider in Azure refuses this host too.
 * https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-azure-storage-provider
 */
import {
  bearerTokenAuthenticationPolicy,
  createDefaultHttpClient,
  createHttpHeaders,
  createPipelineFromOptions,
  createPipelineRequest,
} from '@azure/core-rest-pipeline';
import { DefaultAzureCredential } from '@azure/identity';
import { HostError, messageOf } from '../host-error.ts';

const SCOPE = 'https://storage.azure.com/.default';
const API_VERSION = '2024-11-04';
const ANSWER_WITHIN_MS = 5_000;
const ROLE = 'Storage Queue Data Contributor';
/** One that is there already is as good: https://learn.microsoft.com/rest/api/storageservices/create-queue4 */
const MADE = [201, 204];

export interface TaskHub {
  /** Of the storage account; absent: the host has none, and needs none. */
  queueServiceUri: string | undefined;
  hubName: string;
  partitionCount: number;
}

/** May run at every start. Throws a `HostError`. */
export async function makeTaskHub({ queueServiceUri, hubName, partitionCount }: TaskHub): Promise<void> {
  if (queueServiceUri === undefined) return;
  const client = createDefaultHttpClient();
  const pipeline = createPipelineFromOptions({});
  pipeline.addPolicy(bearerTokenAuthenticationPolicy({ credential: new DefaultAzureCredential(), scopes: SCOPE }));

  const make = async (queue: string): Promise<void> => {
    const url = `${queueServiceUri.replace(/\/+$/, '')}/${queue}`;
    const headers = createHttpHeaders({ 'x-ms-version': API_VERSION });
    const request = createPipelineRequest({ url, method: 'PUT', headers, timeout: ANSWER_WITHIN_MS });
    const { status, headers: answered } = await pipeline.sendRequest(client, request).catch((error: unknown) => {
      throw new HostError('NoTaskHub', `the queue ${url} of the task hub could not be made: ${messageOf(error)}`, {
        cause: error,
      });
    });
    if (MADE.includes(status)) return;
    const hint = status === 403 ? `; the identity of the app needs the role "${ROLE}" on the storage account` : '';
    const code = answered.get('x-ms-error-code') ?? 'without a reason';
    throw new HostError('NoTaskHub', `the queue ${url} of the task hub was refused: ${status} ${code}${hint}`);
  };
  // One after the other, so that nothing is under way when one is refused.
  for (const queue of queuesOf(hubName, partitionCount)) await make(queue);
}

/** `AzureStorageOrchestrationService.cs` of https://github.com/Azure/durabletask */
function queuesOf(hubName: string, partitionCount: number): string[] {
  const hub = hubName.toLowerCase();
  const controlQueues = Array.from({ length: partitionCount }, (_, at) => `control-${String(at).padStart(2, '0')}`);
  return ['workitems', ...controlQueues].map((queue) => `${hub}-${queue}`);
}
