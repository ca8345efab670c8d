import { expect, test } from 'vitest';
import { MachineLacks, missingOn, type Machine } from '../../../../local/setup/requirements.ts';

const everything: Machine = {
  docker: true,
  programs: new Set(['podman', 'git', 'curl', 'skopeo', 'docker-registry']),
  staticBusybox: true,
  aptGet: true,
  root: true,
};
const packagesOf = (machine: Machine, ...needs: Parameters<typeof missingOn>[1]) =>
  missingOn(machine, needs).flatMap(({ packages }) => packages);

test('lacks nothing where all is there', () => {
  expect(packagesOf(everything, 'containers', 'test-tools')).toEqual([]);
});

test('asks for no engine when podman is there and no docker daemon answers', () => {
  expect(packagesOf({ ...everything, docker: false }, 'containers')).toEqual([]);
});

test('asks for no podman when a docker daemon answers', () => {
  expect(packagesOf({ ...everything, programs: new Set(['git']) }, 'containers')).toEqual([]);
});

test('asks on a bare machine for all that containers need, and for nothing that only tests need', () => {
  const bare: Machine = { docker: false, programs: new Set(), staticBusybox: false, aptGet: true, root: true };

  expect(packagesOf(bare, 'containers')).toEqual([
    'podman',
    'runc',
    'iptables',
    'containernetworking-plugins',
    'git',
    'busybox-static',
  ]);
});

test('asks for podman for the tests, also when a docker daemon answers, and for nothing that conflicts with docker', () => {
  const machine = { ...everything, programs: new Set(['git', 'curl', 'skopeo', 'docker-registry']) };

  expect(packagesOf(machine, 'containers', 'test-tools')).toEqual(['podman']);
});

test('asks for podman once, when it is the engine and a client for the tests', () => {
  const machine = { ...everything, docker: false, programs: new Set(['git', 'curl', 'skopeo', 'docker-registry']) };

  const packages = packagesOf(machine, 'containers', 'test-tools');

  expect(packages.filter((name) => name === 'podman')).toHaveLength(1);
});

test('asks for the tools of the tests only when they are needed', () => {
  const machine = { ...everything, programs: new Set(['podman', 'git']) };

  expect(packagesOf(machine, 'containers')).toEqual([]);
  expect(packagesOf(machine, 'containers', 'test-tools')).toEqual(['curl', 'skopeo', 'docker-registry']);
});

test.each([
  ['root on Debian', { aptGet: true, root: true }, /Run: apt-get update && apt-get install -y busybox-static$/],
  [
    'somebody on Debian',
    { aptGet: true, root: false },
    /Run: sudo apt-get update && sudo apt-get install -y busybox-static$/,
  ],
  [
    'somebody elsewhere',
    { aptGet: false, root: false },
    /package manager \(on Debian they are the packages busybox-static\)/,
  ],
])('tells %s what to type', (_, who, way) => {
  const machine = { ...everything, staticBusybox: false, ...who };

  const { message } = new MachineLacks(missingOn(machine, ['containers']), machine);

  expect(message).toMatch(/^This machine lacks a static busybox/);
  expect(message).toMatch(way);
});
