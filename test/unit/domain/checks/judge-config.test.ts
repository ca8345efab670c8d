import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeConfig, type ConfigFacts } from '../../../../shared/domain/checks/config.ts';
import type { ConfigCheck } from '../../../../shared/domain/check.ts';
import { digestOf } from '../../../fakes/images.ts';

const check = (change: Partial<ConfigCheck> = {}): ConfigCheck => ({
  kind: 'config',
  name: 'shape',
  hash: 'h',
  ...change,
});

const bytesOf = (value: unknown): Uint8Array => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
const LAYERS = [digestOf('base'), digestOf('node')];

interface Change {
  manifest?: object | string;
  configuration?: object | string;
  container?: object;
  facts?: Partial<ConfigFacts>;
}
const manifestWith = (change: object = {}) => ({
  schemaVersion: 2,
  config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf('config'), size: 6 },
  layers: [
    { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: digestOf('gzip base'), size: 70_000_000 },
    { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: digestOf('gzip node'), size: 30_000_000 },
  ],
  ...change,
});
const facts = ({ manifest, configuration, container, facts: change }: Change = {}): ConfigFacts => ({
  manifest: bytesOf(manifest ?? manifestWith()),
  configuration: bytesOf(
    configuration ?? {
      os: 'linux',
      architecture: 'amd64',
      created: '2026-01-01T00:00:00Z',
      config: {
        User: '1000:1000',
        Entrypoint: ['docker-entrypoint.sh'],
        Cmd: ['node'],
        ExposedPorts: { '8080/tcp': {} },
        Labels: { vendor: 'acme', source: 'https://github.com/acme/node' },
        OnBuild: null,
        ...container,
      },
      rootfs: { type: 'layers', diff_ids: LAYERS },
    },
  ),
  platform: 'linux/amd64',
  offered: ['linux/amd64', 'linux/arm64/v8'],
  bases: [],
  ...change,
});

const judge = (change: Partial<ConfigCheck>, found: Change = {}) => judgeConfig(check(change), facts(found));

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

test.each(['1970-01-01T00:00:00Z', '0001-01-01T00:00:00Z', '2100-01-01T00:00:00Z', 'yesterday', 7, null])(
  'a date of %s decides nothing',
  (created) => {
    const configuration = {
      os: 'linux',
      architecture: 'amd64',
      created,
      history: [{ created }],
      config: {},
      rootfs: { diff_ids: LAYERS },
    };

    expect(judge({}, { configuration })).toEqual({ verdict: 'pass', reasons: [] });
  },
);

describe('reads a hostile configuration as the engine would, or not at all', () => {
  const rows: [string, string | object, RegExp][] = [
    ['no JSON', 'hello', /not JSON/],
    ['nothing', '', /not JSON/],
    ['a list', [], /not a mapping/],
    ['null', 'null', /not a mapping/],
    ['nesting without end', `{"config":${'['.repeat(500_000)}${']'.repeat(500_000)}}`, /nested deeper than 64/],
    ['a key twice', '{"os":"linux","config":{"User":"1000","User":"0"}}', /the key "User" twice/],
    ['a key twice, one in escapes', '{"config":{"User":"1000","\\u0055ser":"0"}}', /the key "User" twice/],
    ['a key in two spellings', '{"config":{"User":"1000","user":"0"}}', /"config.User" in several spellings/],
    [
      'a key with a letter that Go folds',
      '{"config":{"User":"1000","u\u017fer":"0"}}',
      /"config.User" in several spellings/,
    ],
    [
      'a whole mapping in two spellings',
      '{"config":{},"CONFIG":{"OnBuild":["RUN x"]}}',
      /"config" in several spellings/,
    ],
    ['text where a list belongs', { config: { OnBuild: 'RUN x' } }, /"config.OnBuild" has the wrong type/],
    ['a number for a user', { config: { User: 0 } }, /"config.User" has the wrong type/],
    ['labels that are no text', { config: { Labels: { a: {} } } }, /"config.Labels" has the wrong type/],
  ];
  test.each(rows)('%s', (_, configuration, says) => {
    const { verdict, reasons } = judge({}, { configuration });

    expect(verdict).toBe('fail');
    expect(reasons.join('\n')).toMatch(says);
  });

  test('a gigantic text', () => {
    const text = JSON.stringify({ os: 'linux', architecture: 'amd64', config: { User: 'x\\"'.repeat(1_000_000) } });

    const { reasons } = judge({ user: ['node'] }, { configuration: text });

    expect(reasons.join('').length).toBeLessThan(1000);
  });

  test('words that would move a cursor or turn a line are made printable', () => {
    const { reasons } = judge({ command: [] }, { container: { Cmd: ['\u001b[2J', 'a\u202eb', '\ud800'] } });

    expect(reasons.join('')).not.toMatch(/[\u0000-\u001f\u202e\ud800]/);
  });

  test('a pattern is matched in linear time', () => {
    const labels = { vendor: `${'a*'.repeat(50)}b` };

    const { verdict } = judge({ labels }, { container: { Labels: { vendor: 'a'.repeat(1_000_000) } } });

    expect(verdict).toBe('fail');
  });

  test('anything at all gets a verdict, and what is no image never passes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (manifest, configuration) => {
        const found = {
          manifest: bytesOf(JSON.stringify(manifest)),
          configuration: bytesOf(JSON.stringify(configuration)),
        };
        expect(judgeConfig(check(), { ...facts(), ...found }).verdict).toBe('fail');
      }),
    );
  });
});

describe('a manifest', () => {
  const rows: [string, object | string, RegExp][] = [
    ['that is no JSON', 'x', /its manifest cannot be read: it is not JSON/],
    ['that is an index', { manifests: [] }, /it is an index/],
    ['that is an index and an image at once', { ...manifestWith(), manifests: [] }, /an index and an image at once/],
    [
      'with layers of negative size',
      manifestWith({ layers: [{ digest: digestOf('x'), size: -5 }] }),
      /no manifest of OCI/,
    ],
    ['with a digest that is none', manifestWith({ config: { digest: 'sha256:1', size: 1 } }), /see config.digest/],
  ];
  test.each(rows)('%s is no image', (_, manifest, says) => {
    const { verdict, reasons } = judge({}, { manifest });

    expect(verdict).toBe('fail');
    expect(reasons.join()).toMatch(says);
  });
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
