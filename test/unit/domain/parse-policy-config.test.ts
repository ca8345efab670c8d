import { describe, expect, test } from 'vitest';
import { problemsOf, valid, type Change } from './policy-fixture.ts';

const asking = (config: string): Change => ({
  gates: { 'functional: { script: checks/node.sh, timeout: 4m }': `shape: { config: ${config} }` },
});
const AT = 'gate "node", check "shape"';

describe('a config check', () => {
  test('is read with its sizes in bytes and its ports with their protocols', () => {
    const config =
      '{ platforms: [linux/arm64], maxSize: 2MiB, user: [node], ports: [8080, "53/udp"], labels: { a: "*" }, entrypoint: [], command: [node] }';

    expect(valid(asking(config)).gates.node?.checks).toEqual([
      {
        kind: 'config',
        name: 'shape',
        platforms: ['linux/arm64'],
        mostBytes: 2_097_152,
        user: ['node'],
        ports: ['8080/tcp', '53/udp'],
        labels: { a: '*' },
        entrypoint: [],
        command: ['node'],
        hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      },
    ]);
  });

  test('may ask nothing but what is always asked', () => {
    expect(valid(asking('{}')).gates.node?.checks).toMatchObject([{ kind: 'config', name: 'shape' }]);
  });

  test('has another hash when it asks something else', () => {
    const hashOf = (config: string) => valid(asking(config)).gates.node?.checks[0]?.hash;

    expect(hashOf('{ user: not-root }')).not.toBe(hashOf('{ user: [node] }'));
  });

  const rows: [string, string, string[]][] = [
    ['text', 'yes please', [`gates.yaml:7:24  ${AT}: expected a mapping, but this is the text "yes please".`]],
    ['an unknown key', '{ usr: not-root }', [`gates.yaml:7:26  ${AT}: unknown key "usr". Did you mean "user"?`]],
    [
      'a size without a unit',
      '{ maxSize: "200" }',
      [
        `gates.yaml:7:35  ${AT}: maxSize: "200" is no size; a size is a number and kB, MB, GB, KiB, MiB or GiB, such as 200MB.`,
      ],
    ],
    [
      'a user that is neither',
      '{ user: root }',
      [`gates.yaml:7:32  ${AT}: user: a user is "not-root", or a list of those that are allowed.`],
    ],
    [
      'a port that is none',
      '{ ports: [99999] }',
      [
        `gates.yaml:7:34  ${AT}: ports: "99999" is no port; a port is a number, or one with its protocol such as "53/udp".`,
      ],
    ],
    [
      'a platform that is none',
      '{ platforms: [amd64] }',
      [`gates.yaml:7:38  ${AT}: platforms: a platform is os/arch or os/arch/variant, such as linux/amd64.`],
    ],
    [
      'a base that is no gate',
      '{ base: [nod] }',
      [`gates.yaml:7:33  ${AT}: base: "nod" is not a gate. Did you mean "node"?`],
    ],
    [
      'itself as base',
      '{ base: [node] }',
      [`gates.yaml:7:33  ${AT}: base: a gate cannot stand on what it has yet to promote itself.`],
    ],
    [
      'what only images have, of an artifact',
      '{ artifact: application/x, user: not-root, ports: [] }',
      [`gates.yaml:7:26  ${AT}: artifact: what is no image has no user, ports. Remove one or the other.`],
    ],
    [
      'several things at once',
      '{ maxSize: big, user: root }',
      [
        `gates.yaml:7:35  ${AT}: maxSize: "big" is no size; a size is a number and kB, MB, GB, KiB, MiB or GiB, such as 200MB.`,
        `gates.yaml:7:46  ${AT}: user: a user is "not-root", or a list of those that are allowed.`,
      ],
    ],
  ];
  test.each(rows)('with %s is refused', (_, config, says) => expect(problemsOf(asking(config))).toEqual(says));
});
