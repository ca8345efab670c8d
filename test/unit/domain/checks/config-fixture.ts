/** An image that is all that its config check asks, and changes to both. */
import { judgeConfig, type ConfigFacts } from '../../../../shared/domain/checks/config.ts';
import type { ConfigCheck } from '../../../../shared/domain/check.ts';
import { digestOf } from '../../../fakes/images.ts';

export const check = (change: Partial<ConfigCheck> = {}): ConfigCheck => ({
  kind: 'config',
  name: 'shape',
  hash: 'h',
  ...change,
});

export const bytesOf = (value: unknown): Uint8Array =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
export const LAYERS = [digestOf('base'), digestOf('node')];

export interface Change {
  manifest?: object | string;
  configuration?: object | string;
  container?: object;
  facts?: Partial<ConfigFacts>;
}
export const manifestWith = (change: object = {}) => ({
  schemaVersion: 2,
  config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf('config'), size: 6 },
  layers: [
    { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: digestOf('gzip base'), size: 70_000_000 },
    { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: digestOf('gzip node'), size: 30_000_000 },
  ],
  ...change,
});
export const facts = ({ manifest, configuration, container, facts: change }: Change = {}): ConfigFacts => ({
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

export const judge = (change: Partial<ConfigCheck>, found: Change = {}) => judgeConfig(check(change), facts(found));
