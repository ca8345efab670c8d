/**
 * A container group as Azure answers it. Never in it: passwords of registries, secure values of the environment, the content of secret volumes.
 * Shapes are those of recordings of Azure's own answers.
 */
import type { CloudConfig } from '../world.ts';
import { idOf, restartPolicyOf, type ContainerRecord, type StoredGroup } from './group.ts';
import { identityView } from './identity.ts';
import type { Container } from './specification.ts';

/** As in a list: Azure leaves the instance view out. */
export function listedGroup(group: StoredGroup, config: CloudConfig): Record<string, unknown> {
  return view(group, config, {});
}

export function wholeGroup(group: StoredGroup, config: CloudConfig): Record<string, unknown> {
  const started = group.provisioning !== 'Pending' || group.containers.some(({ containerId }) => containerId);
  return view(group, config, {
    group: { events: group.events, state: stateOf(group) },
    container: started ? containerView : undefined,
  });
}

export function stateOf(group: StoredGroup): string {
  if (group.wanted === 'stopped') return 'Stopped';
  if (group.provisioning === 'Pending') return 'Pending';
  const runs = group.containers.some(({ current }) => current.state === 'Running');
  if (group.provisioning === 'Failed' && !runs) return 'Failed';
  if (!hasEnded(group)) return 'Running';
  return group.containers.every(({ current }) => current.exitCode === 0) ? 'Succeeded' : 'Failed';
}

/** Every container has ended, and none will be started again. */
export const hasEnded = ({ containers }: StoredGroup): boolean =>
  containers.every(({ current, restartAt }) => current.state === 'Terminated' && restartAt === undefined);

function view(
  group: StoredGroup,
  config: CloudConfig,
  instanceViews: { group?: object; container?: (record: ContainerRecord) => object },
): Record<string, unknown> {
  const { asked, name } = group;
  const { containers, ipAddress, imageRegistryCredentials, volumes, osType, sku, priority } = asked.properties;
  const identity = identityView(idOf(group), asked.identity, config);
  return {
    id: idOf(group),
    name,
    type: 'Microsoft.ContainerInstance/containerGroups',
    location: asked.location,
    tags: asked.tags ?? {},
    ...(asked.zones ? { zones: asked.zones } : {}),
    ...(identity ? { identity } : {}),
    properties: {
      provisioningState: group.provisioning,
      containers: containers.map((container) => {
        const record = group.containers.find((known) => known.name === container.name);
        return specifiedContainer(container, record && instanceViews.container?.(record));
      }),
      ...(imageRegistryCredentials
        ? { imageRegistryCredentials: imageRegistryCredentials.map(({ password: _, ...shown }) => shown) }
        : {}),
      restartPolicy: restartPolicyOf(group),
      ...(ipAddress
        ? {
            ipAddress: {
              ...ipAddress,
              ports: ipAddress.ports.map(({ port, protocol = 'TCP' }) => ({ protocol, port })),
              ip: group.address,
              ...(ipAddress.dnsNameLabel
                ? { fqdn: `${ipAddress.dnsNameLabel}.${asked.location}.azurecontainer.io` }
                : {}),
            },
          }
        : {}),
      osType,
      ...(sku ? { sku } : {}),
      ...(priority ? { priority } : {}),
      ...(volumes ? { volumes: volumes.map((volume) => (volume.secret ? { ...volume, secret: {} } : volume)) } : {}),
      ...(instanceViews.group ? { instanceView: instanceViews.group } : {}),
    },
  };
}

function specifiedContainer({ name, properties }: Container, instanceView: object | undefined): object {
  return {
    name,
    properties: {
      ...properties,
      ports: (properties.ports ?? []).map(({ port, protocol = 'TCP' }) => ({ protocol, port })),
      environmentVariables: (properties.environmentVariables ?? []).map(({ secureValue: _, ...shown }) => shown),
      ...(instanceView ? { instanceView } : {}),
    },
  };
}

const containerView = ({ restarts, current, previous, events }: ContainerRecord): object => ({
  restartCount: restarts,
  currentState: current,
  ...(previous ? { previousState: previous } : {}),
  events,
});
