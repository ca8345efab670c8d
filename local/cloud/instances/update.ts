/**
 * What a `PUT` on a group that is there asks for. Pure.
 *
 * Source of what cannot change in place: learn.microsoft.com/azure/container-instances/container-instances-update
 */
import { isDeepStrictEqual } from 'node:util';
import type { GroupBody, GroupProperties } from './specification.ts';

export type Update =
  | { kind: 'nothing' }
  /** Nothing that a container sees, such as tags. */
  | { kind: 'description' }
  | { kind: 'in-place' }
  | { kind: 'impossible'; properties: string[] };

export function updateOf(before: GroupBody, after: GroupBody): Update {
  const [from, to] = [before.properties, after.properties];
  const fixed: [string, unknown, unknown][] = [
    ['osType', from.osType, to.osType],
    ['restartPolicy', from.restartPolicy ?? 'Always', to.restartPolicy ?? 'Always'],
    ['CPU and memory', resourcesOf(from), resourcesOf(to)],
    ['network type', from.ipAddress?.type, to.ipAddress?.type],
    ['ports', portsOf(from), portsOf(to)],
    ['location', before.location, after.location],
    ['zones', before.zones, after.zones],
  ];
  const properties = fixed.filter(([, old, wanted]) => !isDeepStrictEqual(old, wanted)).map(([name]) => name);
  if (properties.length > 0) return { kind: 'impossible', properties };
  if (!isDeepStrictEqual(from, to) || !isDeepStrictEqual(before.identity, after.identity)) return { kind: 'in-place' };
  return isDeepStrictEqual(before, after) ? { kind: 'nothing' } : { kind: 'description' };
}

/** The total is what the group was placed with; a container that stays keeps its share. */
function resourcesOf({ containers }: GroupProperties): unknown {
  const requests = containers.map(({ properties }) => properties.resources.requests);
  return {
    cpu: requests.reduce((sum, { cpu }) => sum + cpu, 0),
    memoryInGB: requests.reduce((sum, { memoryInGB }) => sum + memoryInGB, 0),
  };
}

const portsOf = ({ ipAddress }: GroupProperties): string[] =>
  (ipAddress?.ports ?? []).map(({ port, protocol = 'TCP' }) => `${port}/${protocol.toUpperCase()}`).toSorted();
