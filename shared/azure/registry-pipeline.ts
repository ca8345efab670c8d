/**
 * Sends a plain request to a registry of ours, with the tokens of a repository, through the pipeline that its SDK client has.
 *
 * `@azure/container-registry` has no call for referrers, and what it reads of a blob that is another than it was asked for ends the process:
 * it throws in an event handler. Its pipeline is private; the version is exact, and contract tests go through this. The alternative would be
 * a second copy of Azure's exchange of tokens.
 */
import {
  createHttpHeaders,
  createPipelineRequest,
  RestError,
  type PipelineResponse,
  type SendRequest,
} from '@azure/core-rest-pipeline';
import type { ContainerRegistryContentClient } from '@azure/container-registry';

export async function getFromRegistry(
  content: ContainerRegistryContentClient,
  url: URL,
  { accept, stream }: { accept: string; stream: boolean },
): Promise<PipelineResponse> {
  const request = createPipelineRequest({
    url: url.href,
    headers: createHttpHeaders({ accept }),
    ...(stream ? { streamResponseStatusCodes: new Set([200]) } : {}),
  });
  const response = await pipelineOf(content)(request);
  if (response.status === 200) return response;
  throw new RestError(`answered ${response.status}`, { statusCode: response.status, request, response });
}

function pipelineOf(
  content: ContainerRegistryContentClient,
): (request: Parameters<SendRequest>[0]) => ReturnType<SendRequest> {
  const inner: unknown = Reflect.get(content, 'client');
  const send: unknown = typeof inner === 'object' && inner !== null ? Reflect.get(inner, 'sendRequest') : undefined;
  if (typeof send !== 'function') {
    throw new Error('this version of @azure/container-registry has no pipeline to send a request through');
  }
  return (request) => send.call(inner, request) as ReturnType<SendRequest>;
}
