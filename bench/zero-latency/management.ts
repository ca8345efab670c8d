/**
 * Azure Resource Manager for the registries: the list, imports, and quick runs that have succeeded by the time they are asked for.
 *
 * A run's id is made from its values, so that the same run gets the same id, in whatever order those of different gates come.
 */
import { createHash } from 'node:crypto';
import { host, parseTagReference, repository, type Host } from '../../shared/domain/reference.ts';
import { digest as digestSchema } from '../../shared/domain/reference.ts';
import type { FakeRegistries } from '../../test/fakes/registries.ts';
import { notBuilt, notFound, type Answer, type Service } from './answer.ts';

export interface Management {
  service: Service;
  /** What a run printed; `undefined` when there is no such run. */
  logOf(runId: string): string | undefined;
}

/** Where runs get their files and leave their logs. */
export const BLOBS = 'https://blobs.example.com';
const FINISHED = '2026-01-05T08:00:00.000Z';
const DEADLINE_SECONDS = 60;

interface ImportBody {
  source: { sourceImage: string; resourceId?: string; registryUri?: string };
  targetTags?: string[];
  untaggedTargetRepositories?: string[];
}

export function zeroLatencyManagement({
  subscriptionId,
  loginServers,
  registries,
}: {
  subscriptionId: string;
  loginServers: Host[];
  registries: FakeRegistries;
}): Management {
  const logs = new Map<string, string>();
  const nameOf = (loginServer: Host) => loginServer.split('.')[0] ?? '';
  const provider = `/subscriptions/${subscriptionId}/providers/Microsoft.ContainerRegistry`;
  const idOf = (name: string) =>
    `/subscriptions/${subscriptionId}/resourceGroups/registries-rg/providers/Microsoft.ContainerRegistry/registries/${name}`;
  const hostOf = (id: string): Host => {
    const found = loginServers.find((loginServer) => idOf(nameOf(loginServer)) === id);
    if (!found) throw new Error(`there is no registry ${id}`);
    return found;
  };

  const list = (): Answer => ({
    status: 200,
    body: {
      value: loginServers.map((loginServer) => ({
        id: idOf(nameOf(loginServer)),
        name: nameOf(loginServer),
        location: 'westeurope',
        properties: { loginServer },
      })),
    },
  });

  const importImage = async (target: Host, { source, ...to }: ImportBody): Promise<Answer> => {
    const [from = '', digest] = source.sourceImage.split('@');
    const tagged = to.targetTags?.[0];
    const imported = await registries.import({
      from: {
        host: source.resourceId ? hostOf(source.resourceId) : host.parse(source.registryUri),
        repository: repository.parse(from),
        digest: digestSchema.parse(digest),
        ours: source.resourceId !== undefined,
      },
      to: tagged
        ? parseTagReference(`${target}/${tagged}`)
        : { host: target, repository: repository.parse(to.untaggedTargetRepositories?.[0]) },
      deadlineSeconds: DEADLINE_SECONDS,
    });
    if (imported.kind === 'tag-exists')
      return { status: 409, body: { error: { code: 'Conflict', message: 'exists' } } };
    return { status: 202, headers: { location: `https://management.azure.com${provider}/operationResults/import` } };
  };

  const scheduleRun = ({ values }: { values: { name: string; value: string }[] }): Answer => {
    const nonce = values.find(({ name }) => name === 'nonce')?.value;
    const runId = createHash('sha256').update(JSON.stringify(values)).digest('hex').slice(0, 12);
    logs.set(runId, `candidate | ok\r\n\ngate-result ${nonce} 0\r\n`);
    return { status: 200, body: { properties: { runId, status: 'Queued' } } };
  };

  const run = (runId: string): Answer =>
    logs.has(runId)
      ? { status: 200, body: { properties: { runId, status: 'Succeeded', finishTime: FINISHED, outputImages: [] } } }
      : notFound('RunNotFound');

  return {
    logOf: (runId) => logs.get(runId),
    service(asked) {
      const { method, url } = asked;
      if (url.pathname === `${provider}/registries`) return list();
      if (url.pathname.startsWith(`${provider}/operationResults/`)) return { status: 200 };
      const [, id = '', action = ''] = /^(.+\/registries\/[^/]+)\/(.+)$/.exec(url.pathname) ?? [];
      const [, runId = '', ofRun = ''] = /^runs\/([^/]+)(.*)$/.exec(action) ?? [];
      if (method === 'POST' && action === 'importImage') {
        return importImage(hostOf(id), JSON.parse(asked.text()) as ImportBody);
      }
      if (method === 'POST' && action === 'listBuildSourceUploadUrl') {
        return {
          status: 200,
          body: { uploadUrl: `${BLOBS}/source/files.tar.gz`, relativePath: 'source/files.tar.gz' },
        };
      }
      if (method === 'POST' && action === 'scheduleRun') {
        return scheduleRun(JSON.parse(asked.text()) as Parameters<typeof scheduleRun>[0]);
      }
      if (method === 'GET' && runId && ofRun === '') return run(runId);
      if (method === 'POST' && ofRun === '/listLogSasUrl') {
        return { status: 200, body: { logLink: `${BLOBS}/logs/${runId}` } };
      }
      return notBuilt(asked);
    },
  };
}
