import { expect, test } from 'vitest';
import type { GroupBody } from '../../../../local/cloud/instances/specification.ts';
import { updateOf } from '../../../../local/cloud/instances/update.ts';

const before: GroupBody = {
  location: 'westus',
  tags: { owner: 'a' },
  properties: {
    osType: 'Linux',
    restartPolicy: 'OnFailure',
    ipAddress: { type: 'Public', ports: [{ protocol: 'TCP', port: 8080 }] },
    containers: [
      { name: 'web', properties: { image: 'localhost/web:1', resources: { requests: { cpu: 0.5, memoryInGB: 1.5 } } } },
    ],
  },
};

const changed = (change: (group: GroupBody) => void): GroupBody => {
  const group = structuredClone(before);
  change(group);
  return group;
};

test('sees that nothing changed', () => {
  expect(updateOf(before, structuredClone(before))).toEqual({ kind: 'nothing' });
});

test('tells a change of tags from one that containers see', () => {
  const tags = changed((group) => void (group.tags = { owner: 'b' }));
  const image = changed((group) => void (group.properties.containers[0]!.properties.image = 'localhost/web:2'));

  expect(updateOf(before, tags)).toEqual({ kind: 'description' });
  expect(updateOf(before, image)).toEqual({ kind: 'in-place' });
});

test('takes a port without a protocol for TCP', () => {
  const same = changed((group) => void (group.properties.ipAddress!.ports = [{ port: 8080 }]));

  expect(updateOf(before, same)).toEqual({ kind: 'in-place' });
});

test.each<[string, (group: GroupBody) => void]>([
  ['restartPolicy', (group) => void (group.properties.restartPolicy = 'Never')],
  ['restartPolicy', (group) => void delete group.properties.restartPolicy],
  ['CPU and memory', (group) => void (group.properties.containers[0]!.properties.resources.requests.cpu = 1)],
  ['ports', (group) => void group.properties.ipAddress!.ports.push({ port: 9090 })],
  ['location', (group) => void (group.location = 'eastus')],
])('cannot change %s in place', (property, change) => {
  expect(updateOf(before, changed(change))).toEqual({ kind: 'impossible', properties: [property] });
});

test('names everything that cannot change, not only the first', () => {
  const both = changed((group) => {
    delete group.properties.ipAddress;
    group.properties.restartPolicy = 'Always';
  });

  expect(updateOf(before, both)).toEqual({
    kind: 'impossible',
    properties: ['restartPolicy', 'network type', 'ports'],
  });
});
