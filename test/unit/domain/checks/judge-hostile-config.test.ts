/** What a configuration or a manifest may be that somebody made to mislead whoever reads it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeConfig } from '../../../../shared/domain/checks/config.ts';
import { digestOf } from '../../../fakes/images.ts';
import { bytesOf, check, facts, judge, LAYERS, manifestWith } from './config-fixture.ts';

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
