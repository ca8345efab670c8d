/**
 * Copies an image into a registry of ours, by digest, without ever moving a tag.
 *
 * "That tag exists" is an answer, and may come to the request or to a poll, as 400 or as 409: it is told by its code, `Conflict`. Azure
 * lets an import hang and does not tell a passing failure from a lasting one, so the deadline is ours and the rest is thrown.
 */
import type { ContainerRegistryManagementClient, ImportSource } from '@azure/arm-containerregistry';
import { formatReference } from '../domain/reference.ts';
import type { Imported, Registries } from '../ports/registries.ts';
import { explain } from './ask.ts';
import type { Clients } from './clients.ts';
import { DeadlineExceeded, ServiceRefused, ServiceTrouble, type Question } from './errors.ts';
import type { FindRegistry } from './find-registry.ts';
import { OPERATION_POLL_MS } from './limits.ts';
import { neededRoles } from './needed-roles.ts';

type Request = Parameters<Registries['import']>[0];
type ImportParameters = Parameters<ContainerRegistryManagementClient['registries']['beginImportImage']>[2];

export const imageImporter =
  ({ acr }: Pick<Clients, 'acr'>, find: FindRegistry): Registries['import'] =>
  async ({ from, to, deadlineSeconds }) => {
    const question: Question = {
      service: 'Container Registry',
      what: `import ${formatReference(from)} to ${formatReference(to)}`,
      roles: neededRoles.importImage,
    };
    const target = await find(to.host);
    const parameters = await toParameters({ from, to }, find);
    const deadline = AbortSignal.timeout(deadlineSeconds * 1000);
    let lastBody: unknown;

    try {
      const poller = await acr.registries.beginImportImage(target.resourceGroup, target.name, parameters, {
        abortSignal: deadline,
        updateIntervalInMs: OPERATION_POLL_MS,
        onResponse: ({ parsedBody }) => (lastBody = parsedBody),
      });
      await poller.pollUntilDone({ abortSignal: deadline });
    } catch (error) {
      if (deadline.aborted) throw new DeadlineExceeded(question, deadlineSeconds, explain(question, error));
      return existsOrThrow(question, explain(question, error), lastBody);
    }
    // Polled by `Location`, an operation is over for the SDK at the first 200, whatever its body says.
    const { status, code } = outcomeOf(lastBody);
    if (status === 'failed' || status === 'canceled') {
      const failed = new ServiceTrouble(question, { problem: `the import ${status} (${code ?? 'no reason given'})` });
      return existsOrThrow(question, failed, lastBody);
    }
    return { kind: 'imported' };
  };

async function toParameters({ from, to }: Pick<Request, 'from' | 'to'>, find: FindRegistry): Promise<ImportParameters> {
  const source: ImportSource = {
    sourceImage: `${from.repository}@${from.digest}`,
    ...(from.ours
      ? { resourceId: (await find(from.host)).id }
      : { registryUri: from.host, ...(from.credentials ? { credentials: from.credentials } : {}) }),
  };
  const target = to.tag
    ? { targetTags: [`${to.repository}:${to.tag}`] }
    : { untaggedTargetRepositories: [to.repository] };
  return { source, ...target, mode: 'NoForce' };
}

/** Throws unless the error, or the operation's last answer, says `Conflict`. What is no missing role is taken for something that passes. */
function existsOrThrow(question: Question, error: Error, lastBody: unknown): Imported {
  const refusedForTag = error instanceof ServiceRefused && error.serviceCodes.includes('Conflict');
  if (refusedForTag || outcomeOf(lastBody).code === 'Conflict') return { kind: 'tag-exists' };
  if (!(error instanceof ServiceRefused) || error.status === 401 || error.status === 403) throw error;
  const { status, serviceCodes, serviceMessage } = error;
  throw new ServiceTrouble(
    question,
    { problem: `${status} ${serviceCodes.join(', ')} ${serviceMessage}`, status },
    error,
  );
}

function outcomeOf(body: unknown): { status?: string; code?: string } {
  if (typeof body !== 'object' || body === null) return {};
  const { status, error } = body as { status?: unknown; error?: { code?: unknown } };
  return {
    ...(typeof status === 'string' ? { status: status.toLowerCase() } : {}),
    ...(typeof error?.code === 'string' ? { code: error.code } : {}),
  };
}
