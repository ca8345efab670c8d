/** Reads the body of a `PUT`, and reports everything that is wrong with it at once. */
import type { z } from 'zod';
import { limits } from './limits.ts';
import { groupBody, type GroupBody } from './specification.ts';

export interface Refusal {
  code: string;
  message: string;
}

const NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

export function parseGroup(name: string, body: unknown): { group: GroupBody } | { refusal: Refusal } {
  const parsed = groupBody.safeParse(withoutNulls(body));
  if (!parsed.success) return { refusal: refusalOf(name, parsed.error.issues) };
  const group = withoutWhatAzureSays(parsed.data);
  const problems = problemsOf(name, group);
  if (problems.length > 0) return { refusal: { code: 'InvalidContainerGroup', message: sentence(name, problems) } };
  if ((group.properties.imageRegistryCredentials?.length ?? 0) > group.properties.containers.length) {
    return {
      refusal: {
        code: 'MoreImageRegistryCredentialsThanContainers',
        message: `The container group '${name}' has more image registry credentials than containers.`,
      },
    };
  }
  return { group };
}

/** `tags: null` in a file of `az container export` means that there are none. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== null)
      .map(([key, inner]) => [key, withoutNulls(inner)]),
  );
}

function refusalOf(name: string, issues: z.core.$ZodIssue[]): Refusal {
  const notEmulated = issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key].join('.')) : [],
  );
  const wrong = issues
    .filter((issue) => issue.code !== 'unrecognized_keys')
    .map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  return {
    code: wrong.length > 0 ? 'InvalidContainerGroup' : 'NotEmulated',
    message: sentence(name, [...wrong, ...notEmulated.map((path) => `${path}: is not emulated by the local cloud`)]),
  };
}

function withoutWhatAzureSays({ apiVersion: _, id: _id, name: _name, type: _type, ...group }: GroupBody): GroupBody {
  const { provisioningState: _state, instanceView: _view, ipAddress, ...properties } = group.properties;
  return {
    ...group,
    properties: {
      ...properties,
      ...(ipAddress ? { ipAddress: { ...ipAddress, ip: undefined, fqdn: undefined } } : {}),
      containers: properties.containers.map(({ name, properties: { instanceView: _seen, ...container } }) => ({
        name,
        properties: container,
      })),
    },
  };
}

function problemsOf(name: string, { properties, identity }: GroupBody): string[] {
  const { containers, volumes = [], ipAddress, imageRegistryCredentials = [] } = properties;
  const problems: string[] = [];
  const expect = (holds: boolean, problem: string) => {
    if (!holds) problems.push(problem);
  };

  expect(NAME.test(name), `the name must match ${NAME.source}`);
  expect(containers.length <= limits.containersPerGroup, `at most ${limits.containersPerGroup} containers`);
  expect(volumes.length <= limits.volumesPerGroup, `at most ${limits.volumesPerGroup} volumes`);
  expect((ipAddress?.ports.length ?? 0) <= limits.portsPerAddress, `at most ${limits.portsPerAddress} ports`);
  for (const volume of volumes) {
    expect(
      (volume.emptyDir === undefined) !== (volume.secret === undefined),
      `volume ${volume.name}: needs either emptyDir or secret`,
    );
    expect(NAME.test(volume.name), `volume ${volume.name}: the name must match ${NAME.source}`);
  }
  for (const [index, { name: containerName, properties: container }] of containers.entries()) {
    const at = `container ${containerName}`;
    expect(NAME.test(containerName), `${at}: the name must match ${NAME.source}`);
    expect(containers.findIndex((other) => other.name === containerName) === index, `${at}: is there twice`);
    for (const mount of container.volumeMounts ?? []) {
      expect(
        volumes.some((volume) => volume.name === mount.name),
        `${at}: mounts volume ${mount.name}, which the group does not have`,
      );
    }
    for (const probe of [container.livenessProbe, container.readinessProbe]) {
      expect(
        !probe || (probe.exec === undefined) !== (probe.httpGet === undefined),
        `${at}: a probe needs either exec or httpGet`,
      );
    }
  }
  const identities = Object.keys(identity?.userAssignedIdentities ?? {}).map((id) => id.toLowerCase());
  for (const credential of imageRegistryCredentials) {
    const at = `credential for ${credential.server}`;
    expect(
      (credential.identity === undefined) !== (credential.username === undefined),
      `${at}: needs either username and password, or identity`,
    );
    expect(
      credential.identity === undefined || identities.includes(credential.identity.toLowerCase()),
      `${at}: its identity is not among the group's user-assigned identities`,
    );
  }
  return problems;
}

const sentence = (name: string, problems: string[]) =>
  `The container group '${name}' is refused: ${problems.join('; ')}.`;
