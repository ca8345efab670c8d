/** How one container of a group is started: the engine's arguments for what the specification says. */
import { availableParallelism } from 'node:os';
import { labels } from './containers.ts';
import { keyOf, type StoredGroup } from './group.ts';
import { limits } from './limits.ts';
import { sandboxNetwork, volumeName } from './sandbox.ts';
import type { Container } from './specification.ts';

export interface Launch {
  command: string[];
  /** Secure values go to the engine this way and not as arguments, which every process of this machine can read. */
  environment: Record<string, string>;
}

export function launchOf(options: {
  instance: string;
  group: StoredGroup;
  container: Container;
  imageId: string;
  /** Whether the engine can limit CPU and memory here. */
  limited: boolean;
}): Launch {
  const { instance, group, container, imageId, limited } = options;
  const { command = [], environmentVariables = [], volumeMounts = [], resources } = container.properties;
  const [entrypoint, ...rest] = command;
  const secure = environmentVariables.filter(
    ({ name, secureValue }) => secureValue !== undefined && !readByEngine(name),
  );
  return {
    command: [
      ...['run', '--detach', '--pull', 'never', '--name', `${instance}-${group.name}-${container.name}`],
      ...['--label', labels.cloud(instance), '--label', labels.group(keyOf(group))],
      ...['--label', labels.container(keyOf(group), container.name)],
      ...['--network', sandboxNetwork(instance, group.name)],
      ...['--log-driver', 'json-file', '--log-opt', `max-size=${limits.logBytes / 1024 / 1024}m`],
      ...(limited ? limitFlags(resources) : []),
      ...environmentVariables.flatMap(({ name, value, secureValue }) =>
        secureValue === undefined || readByEngine(name)
          ? ['--env', `${name}=${secureValue ?? value ?? ''}`]
          : ['--env', name],
      ),
      ...volumeMounts.flatMap(({ name, mountPath, readOnly }) => [
        '--volume',
        `${volumeName(instance, group.name, name)}:${mountPath}${readOnly || isSecret(group, name) ? ':ro' : ''}`,
      ]),
      ...(entrypoint === undefined ? [] : ['--entrypoint', entrypoint]),
      imageId,
      ...rest,
    ],
    environment: Object.fromEntries(secure.map(({ name, secureValue = '' }) => [name, secureValue])),
  };
}

/** These, such as PATH and DOCKER_HOST, mean something to the engine's own program, which must not be misled. */
const readByEngine = (name: string): boolean =>
  name in process.env || /^(DOCKER|CONTAINER|BUILDAH|REGISTRY)/.test(name);

/** An engine refuses more CPUs than the machine has; Azure's machine is larger than a laptop. */
function limitFlags({ requests, limits: upTo }: Container['properties']['resources']): string[] {
  const cpus = Math.min(upTo?.cpu ?? requests.cpu, availableParallelism());
  const megabytes = Math.ceil((upTo?.memoryInGB ?? requests.memoryInGB) * 1024);
  return ['--cpus', String(cpus), '--memory', `${megabytes}m`];
}

const isSecret = (group: StoredGroup, volume: string): boolean =>
  group.asked.properties.volumes?.some(({ name, secret }) => name === volume && secret !== undefined) ?? false;
