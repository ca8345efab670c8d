/** Container groups that come up at once, unless the test says otherwise. */
import type { ContainerGroups, Group, GroupReference } from '../../shared/ports/container-groups.ts';
import { failable, type Failures } from './failures.ts';

export type FakeGroups = ContainerGroups &
  Failures<ContainerGroups> & {
    set(group: GroupReference, to: Group): void;
    /** The next PUT is refused. */
    refuseNext(code: string, message: string): void;
    /** What a group becomes after each PUT from now on; by default it runs the images of its specification. */
    becomes(how: (specification: object) => Group): void;
    /** Every specification that was accepted, the newest last. */
    puts: { group: GroupReference; specification: object }[];
  };

export function fakeGroups(): FakeGroups {
  const groups = new Map<string, Group>();
  const refusals: { kind: 'refused'; code: string; message: string }[] = [];
  const puts: FakeGroups['puts'] = [];
  let how = running;
  const keyOf = ({ resourceGroup, name }: GroupReference) => `${resourceGroup}/${name}`;

  const port: ContainerGroups = {
    read: async (group) => groups.get(keyOf(group)),
    async put(group, specification) {
      const refusal = refusals.shift();
      if (refusal) return refusal;
      puts.push({ group, specification: structuredClone(specification) });
      groups.set(keyOf(group), how(specification));
      return { kind: 'accepted' };
    },
  };
  return Object.assign(failable(port), {
    puts,
    set: (group: GroupReference, to: Group) => void groups.set(keyOf(group), to),
    refuseNext: (code: string, message: string) => void refusals.push({ kind: 'refused', code, message }),
    becomes(next: (specification: object) => Group) {
      how = next;
    },
  });
}

/** A group that runs what its specification names. */
export function running(specification: object): Group {
  const { properties } = specification as {
    properties?: { containers?: { name: string; properties: { image: string } }[] };
  };
  return {
    provisioning: 'Succeeded',
    state: 'Running',
    ip: '127.0.1.10',
    containers: (properties?.containers ?? []).map((container) => ({
      name: container.name,
      image: container.properties.image,
      state: 'Running',
      restarts: 0,
    })),
    events: [],
  };
}
