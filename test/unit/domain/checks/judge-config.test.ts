import { describe, expect, test } from 'vitest';
import { judgeConfig } from '../../../../shared/domain/checks/config.ts';
import type { ConfigCheck } from '../../../../shared/domain/check.ts';
import { digestOf } from '../../../fakes/images.ts';
import { check, facts, judge, LAYERS, manifestWith, type Change } from './config-fixture.ts';

test('passes an image that is all that is asked', () => {
  const base = { gate: 'debian', digest: digestOf('debian'), layers: LAYERS.slice(0, 1) };
  const all = check({
    platforms: ['linux/amd64', 'linux/arm64'],
    mostBytes: 100_000_000,
    user: 'not-root',
    ports: ['8080/tcp', '53/udp'],
    labels: { vendor: 'acme', source: 'https://github.com/acme/*' },
    entrypoint: ['docker-entrypoint.sh'],
    command: ['node'],
    bases: ['debian'],
  });

  expect(judgeConfig(all, facts({ facts: { bases: [base] } }))).toEqual({
    verdict: 'pass',
    reasons: [`it stands on ${base.digest} of gate "debian"`],
  });
});

type Row = [what: string, asked: Partial<ConfigCheck>, found: Change, says: string];

describe('says what is wrong', () => {
  const rows: Row[] = [
    ['size', { mostBytes: 99_999_999 }, {}, 'its layers have 100000000 bytes (compressed), and 99999999 are allowed'],
    ['platform', { platforms: ['linux/s390x'] }, {}, 'it has no linux/s390x; it has "linux/amd64", "linux/arm64/v8"'],
    [
      'a platform that is not its own',
      {},
      { facts: { platform: 'linux/arm64' } },
      'its configuration is of "linux/amd64", and it is there for linux/arm64',
    ],
    ['no user', { user: 'not-root' }, { container: { User: '' } }, 'it runs as root'],
    ['root by name', { user: 'not-root' }, { container: { User: 'root' } }, 'it runs as root'],
    ['root by number', { user: 'not-root' }, { container: { User: '0:0' } }, 'it runs as root ("0:0")'],
    ['root by many digits', { user: 'not-root' }, { container: { User: '-000' } }, 'it runs as root ("-000")'],
    [
      'a number that is none of a user',
      { user: 'not-root' },
      { container: { User: '4294967296' } },
      'it runs as "4294967296", which is no number of a user',
    ],
    [
      'a name that may be anybody',
      { user: 'not-root' },
      { container: { User: 'toor' } },
      'it runs as "toor"; which number that is only its files say, and it may be root. If you know the name, list it: "user: [toor]"',
    ],
    ['another user', { user: ['node'] }, {}, 'it runs as "1000:1000", and "node" is expected'],
    ['a port', { ports: ['80/tcp'] }, {}, 'it exposes "8080/tcp", and only 80/tcp is allowed'],
    [
      'any port',
      { ports: [] },
      { container: { ExposedPorts: { 22: {} } } },
      'it exposes "22/tcp", and no port is allowed',
    ],
    [
      'a range of ports',
      { ports: ['80/tcp'] },
      { container: { ExposedPorts: { '1-99/tcp': {} } } },
      'it exposes "1-99/tcp", and only 80/tcp is allowed',
    ],
    ['a missing label', { labels: { owner: '*' } }, {}, 'the label "owner" is missing'],
    ['another label', { labels: { vendor: 'ac' } }, {}, 'the label "vendor" is "acme", and "ac" is expected'],
    [
      'a label of another pattern',
      { labels: { source: 'https://*/evil/*' } },
      {},
      'the label "source" is "https://github.com/acme/node", and "https://*/evil/*" is expected',
    ],
    ['another entry point', { entrypoint: [] }, {}, 'its entry point is ["docker-entrypoint.sh"], and [] is expected'],
    ['another command', { command: ['node', '-v'] }, {}, 'its command is ["node"], and ["node", "-v"] is expected'],
    [
      'ONBUILD',
      {},
      { container: { OnBuild: ['RUN curl evil'] } },
      'it runs commands in every build on top of it (ONBUILD): "RUN curl evil"',
    ],
    [
      'ONBUILD in letters that only the engine reads',
      {},
      { container: { OnBuild: undefined, onbuild: ['RUN curl evil'] } },
      'it runs commands in every build on top of it (ONBUILD): "RUN curl evil"',
    ],
    [
      'no base',
      { bases: ['debian', 'alpine'] },
      {},
      'it stands on nothing that gate "debian" or gate "alpine" promoted',
    ],
  ];
  test.each(rows)('%s', (_, asked, found, says) => {
    expect(judge(asked, found)).toEqual({ verdict: 'fail', reasons: [says] });
  });

  test('every problem at once', () => {
    const { verdict, reasons } = judge({
      mostBytes: 1,
      user: ['node'],
      ports: [],
      labels: { owner: '*' },
      command: [],
    });

    expect(verdict).toBe('fail');
    expect(reasons).toHaveLength(5);
  });

  test('so many, and counts the rest', () => {
    const labels = Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [`label-${at}`, '*']));

    const { reasons } = judge({ labels });

    expect(reasons).toHaveLength(21);
    expect(reasons.at(-1)).toBe('and 980 more problems');
  });
});

test('a base without layers, and layers that only contain those of a base, prove nothing', () => {
  const bases = [
    { gate: 'debian', digest: digestOf('empty'), layers: [] },
    { gate: 'debian', digest: digestOf('upper'), layers: LAYERS.slice(1) },
    { gate: 'debian', digest: digestOf('longer'), layers: [...LAYERS, digestOf('more')] },
  ];

  expect(judge({ bases: ['debian'] }, { facts: { bases } })).toMatchObject({ verdict: 'fail' });
});

describe('an artifact that is no image', () => {
  const HELM = 'application/vnd.cncf.helm.config.v1+json';
  const chart = manifestWith({
    config: { mediaType: HELM, digest: digestOf('chart'), size: 5 },
    annotations: { 'org.opencontainers.image.version': '1.4.2' },
  });
  const { configuration: _, ...withoutConfiguration } = facts({ manifest: chart });
  const judgeChart = (change: Partial<ConfigCheck>) => judgeConfig(check(change), withoutConfiguration);

  test('passes by its type, its annotations and its size', () => {
    const asked = {
      artifact: HELM,
      annotations: { 'org.opencontainers.image.version': '1.*' },
      mostBytes: 100_000_000,
    };

    expect(judgeChart(asked)).toEqual({ verdict: 'pass', reasons: [] });
  });

  test.each<[string, Partial<ConfigCheck>, RegExp]>([
    ['its type is not asked for', {}, /if that is meant, say so: "artifact: application\/vnd.cncf.helm.config/],
    ['another type is', { artifact: 'application/vnd.other' }, /and "application\/vnd.other" is expected/],
    [
      'another annotation is',
      { artifact: HELM, annotations: { 'org.opencontainers.image.version': '2.*' } },
      /"1.4.2"/,
    ],
    ['something is that only an image has', { user: 'not-root', ports: [] }, /it has no user, ports/],
  ])('fails when %s', (_what, asked, says) => {
    const { verdict, reasons } = judgeChart(asked);

    expect(verdict).toBe('fail');
    expect(reasons.join()).toMatch(says);
  });

  test('is no image where one is expected, and the other way round', () => {
    expect(judge({ artifact: HELM })).toMatchObject({
      verdict: 'fail',
      reasons: [expect.stringContaining('it is an image')],
    });
  });
});
