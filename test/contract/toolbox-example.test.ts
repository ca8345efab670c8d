/** The toolbox example, as a person gets it: its policy beside that of hello-world, and its pretend scanner on images of its releases. */
import { generateKeyPairSync } from 'node:crypto';
import { chmod, copyFile, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { detectEngine } from '../../local/containers/detect.ts';
import type { Engine } from '../../local/containers/engine.ts';
import { findBusybox } from '../../local/setup/busybox.ts';
import { readTrivy } from '../../shared/domain/checks/vulnerabilities/read-trivy.ts';
import { digest } from '../../shared/domain/reference.ts';
import { policiesFrom } from '../../shared/policies.ts';
import { policyFolder } from '../../shared/policy-folder.ts';
import { fakeLedger } from '../fakes/ledger.ts';

const EXAMPLES = join(import.meta.dirname, '../../examples');
const SCANNER = 'localhost/example/pretend-scanner:1';

let directory: string;
let engine: Engine;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'gated-import-toolbox-'));
  engine = await detectEngine({ directory: join(directory, 'containers'), instance: 'toolbox', log: () => {} });
  const busybox = findBusybox();
  if (!busybox) throw new Error('this test needs a static busybox: apt-get install busybox-static');
  const context = join(directory, 'scanner');
  await cp(join(EXAMPLES, 'toolbox', 'scanner'), context, { recursive: true });
  await copyFile(busybox, join(context, 'busybox'));
  await engine.ok(['build', '--tag', SCANNER, context], { timeoutMs: 60_000 });
}, 120_000);
afterAll(async () => {
  await engine.removeAll({ images: true });
  await rm(directory, { recursive: true, force: true });
});

/** As a gate reads it: what the scanner prints about the saved image, in the sandbox that it gets there. */
async function scan(context: string, ...buildArguments: string[]) {
  const folder = await mkdtemp(join(directory, 'scan-'));
  await chmod(folder, 0o755);
  const image = 'localhost/example/toolbox:1';
  await engine.ok(['build', '--tag', image, ...buildArguments, context], { timeoutMs: 60_000 });
  const id = (await engine.ok(['image', 'inspect', '--format', '{{.Id}}', image])).replace(/^sha256:/, '');
  await engine.ok(['save', '--output', join(folder, 'image.tar'), image]);
  const sandbox = ['--network', 'none', '--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL', '--user', '65534:65534'];
  const volume = ['--volume', `${folder}:/image:ro`];
  const printed = await engine.ok(['run', '--rm', ...sandbox, ...volume, SCANNER, '/image/image.tar']);
  return readTrivy(printed, {
    reference: image,
    configuration: digest.parse(`sha256:${id}`),
    digests: [],
  });
}
const release = (version: string) => scan(join(EXAMPLES, 'toolbox', 'toolbox'), '--build-arg', `RELEASE=${version}`);

test('the scanner names what it knows of release 1.0, and nothing of release 1.1', async () => {
  expect(await release('1.0')).toMatchObject({
    kind: 'read',
    findings: [
      { id: 'CVE-2022-3602', package: 'openssl', installed: '3.0.6-r0', fixed: '3.0.7-r0', severity: 'high' },
      { id: 'CVE-2022-3786' },
    ],
  });
  expect(await release('1.1')).toEqual({ kind: 'read', findings: [] });
});

test('an image without a list of packages is no clean one', async () => {
  const context = await mkdtemp(join(directory, 'bare-'));
  await writeFile(join(context, 'Dockerfile'), 'FROM scratch\nCOPY Dockerfile /\n');

  expect(await scan(context)).toMatchObject({ kind: 'unreadable', why: expect.stringContaining('no packages') });
});

test('its policy is valid beside that of hello-world, once a publisher has a key', async () => {
  const folder = join(directory, 'policy');
  await cp(join(EXAMPLES, 'hello-world', 'policy'), folder, { recursive: true });
  await cp(join(EXAMPLES, 'toolbox', 'policy'), folder, { recursive: true });
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await mkdir(join(folder, 'keys'));
  await writeFile(join(folder, 'keys', 'publisher.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
  const settings = {
    PUBLIC_REGISTRY: 'localhost:15001',
    BASE_REGISTRY: 'localhost:15003',
    TEAM_REGISTRY: 'localhost:15004',
  };

  const { policy, problems } = await policiesFrom({
    reader: policyFolder(folder),
    settings,
    ledger: fakeLedger(),
  }).current();

  expect(problems).toEqual([]);
  expect(policy?.warnings).toEqual([]);
  expect(policy?.gates['toolbox']).toMatchObject({
    approval: { quorum: 1, role: 'release-manager' },
    checks: [
      { kind: 'signature', late: 'refused' },
      { kind: 'vulnerabilities', scanner: { kind: 'image', image: { repository: 'pretend-scanner' } } },
    ],
  });
});
