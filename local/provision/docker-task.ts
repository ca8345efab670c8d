/** The body of an ACR task that builds the Dockerfile of a git repository and pushes the image to its own registry. */
import { location, type Registry } from '../azure.ts';
import type { Resource } from './declared.ts';

export const TASKS_API_VERSION = '2019-06-01-preview';

export interface DockerTask {
  registry: Registry;
  name: string;
  /** Folder of the git repository; branch `main`. */
  repository: string;
  image: string;
  arguments: Record<string, string>;
  startedBy: {
    commits?: true;
    /** A new image under the tag that the last build stood on. */
    baseImage?: true;
    /** Five fields, in UTC. */
    schedule?: string;
  };
  /** Logins of other registries, by login server. */
  logins?: Record<string, object>;
}

export function dockerTask({ registry, name, repository, image, startedBy, logins, ...task }: DockerTask): Resource {
  const source = `file://${repository}#main`;
  const { commits, baseImage, schedule } = startedBy;
  const onCommit = {
    name: 'commit',
    status: 'Enabled',
    sourceTriggerEvents: ['commit'],
    sourceRepository: { sourceControlType: 'Github', repositoryUrl: source, branch: 'main' },
  };
  const onBaseImage = { name: 'base-image', status: 'Enabled', baseImageTriggerType: 'Runtime' };
  return {
    path: `${registry.id}/tasks/${name}`,
    apiVersion: TASKS_API_VERSION,
    body: {
      location,
      identity: { type: 'SystemAssigned' },
      properties: {
        status: 'Enabled',
        platform: { os: 'linux', architecture: process.arch === 'x64' ? 'amd64' : process.arch },
        timeout: 600,
        step: {
          type: 'Docker',
          contextPath: source,
          dockerFilePath: 'Dockerfile',
          imageNames: [image],
          isPushEnabled: true,
          arguments: Object.entries(task.arguments).map(([key, value]) => ({ name: key, value, isSecret: false })),
        },
        trigger: {
          sourceTriggers: commits ? [onCommit] : [],
          ...(baseImage ? { baseImageTrigger: onBaseImage } : {}),
          timerTriggers: schedule === undefined ? [] : [{ name: 'schedule', status: 'Enabled', schedule }],
        },
        credentials: logins ? { customRegistries: logins } : {},
      },
    },
  };
}
