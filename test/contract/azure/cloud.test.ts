/** Every port, the way the app uses it, against the emulated Azure and its real containers. */
import { verify } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseReference, parseTagReference, tag, type Digest } from '../../../shared/domain/reference.ts';
import { BUNDLE_TYPE, recordManifest } from '../../../shared/domain/record/envelope.ts';
import { digestOfBytes } from '../../../shared/record/digest-of-bytes.ts';
import { eventually } from '../cloud/services.ts';
import { SIGNING_KEY, startCloudFixture, type CloudFixture } from './cloud-fixture.ts';

let fixture: CloudFixture;
beforeAll(async () => {
  fixture = await startCloudFixture();
}, 90_000);
afterAll(() => fixture.close());

const STARTED_WITHIN_MS = 20_000;
const login = () => fixture.cloud.registries.login(fixture.hosts.public);
const upstream = () => parseTagReference(`${fixture.hosts.public}/busybox:1`);
const at = (host: keyof CloudFixture['hosts'], repository: string) =>
  parseReference(`${fixture.hosts[host]}/${repository}`);

async function upstreamDigest(): Promise<Digest> {
  const sighted = await fixture.ports.upstreams.look(upstream(), login());
  if (sighted.kind !== 'at') throw new Error(`the upstream is not there: ${JSON.stringify(sighted)}`);
  return sighted.digest;
}

test('sees an upstream that wants a login, its manifest, and tags that are not there', async () => {
  const { upstreams } = fixture.ports;
  const { host, repository } = upstream();

  const digest = await upstreamDigest();
  const manifest = await upstreams.manifest({ host, repository, digest }, login());

  expect(manifest).toMatchObject({ digest, mediaType: expect.stringContaining('manifest') });
  expect(await upstreams.look({ host, repository, tag: tag.parse('none') }, login())).toEqual({ kind: 'gone' });
  expect(await upstreams.look(upstream())).toMatchObject({ kind: 'unreachable' });
});

test('takes an upstream digest through quarantine to a locked tag and a stable one', async () => {
  const { registries } = fixture.ports;
  const digest = await upstreamDigest();
  const { host, repository } = upstream();
  const [quarantine, base] = [at('quarantine', 'node/busybox'), at('base', 'busybox')];
  const unique = { ...base, tag: tag.parse('1-ca7') };
  const stable = { ...base, tag: tag.parse('1') };
  const deadlineSeconds = 20;

  const intake = await registries.import({
    from: { host, repository, digest, ours: false, credentials: login() },
    to: quarantine,
    deadlineSeconds,
  });
  const promotion = { from: { ...quarantine, digest, ours: true }, to: unique, deadlineSeconds };
  const [first, second] = [await registries.import(promotion), await registries.import(promotion)];
  const manifest = await registries.manifest({ ...base, digest });
  if (!manifest) throw new Error('the import brought no manifest');
  await registries.lockTag(unique);
  await registries.protectManifest({ ...base, digest });
  const put = await registries.putManifest(stable, manifest);
  const putLocked = await registries.putManifest(unique, manifest);

  expect([intake, first, second]).toEqual([{ kind: 'imported' }, { kind: 'imported' }, { kind: 'tag-exists' }]);
  expect([put, putLocked]).toEqual(['put', 'locked']);
  expect(await registries.digestOf(unique)).toBe(digest);
  expect(await registries.digestOf(stable)).toBe(digest);
  expect(await registries.digestOf({ ...base, tag: tag.parse('none') })).toBeUndefined();
  expect((await registries.tags(base)).map((info) => `${info.tag} ${info.digest}`).toSorted()).toEqual([
    `1 ${digest}`,
    `1-ca7 ${digest}`,
  ]);
  expect(await registries.tags(quarantine)).toEqual([]);
  const { config } = JSON.parse(Buffer.from(manifest.bytes).toString()) as { config: { digest: Digest } };
  expect(await registries.json({ ...base, digest: config.digest })).toMatchObject({
    os: 'linux',
    rootfs: { type: 'layers' },
  });
});

test('runs uploaded files, and reads the run and its log to the end', async () => {
  const { runs } = fixture.ports;
  const host = fixture.hosts.quarantine;
  const task = `version: v1.1.0\nsteps:\n  - cmd: ${fixture.runnerImage} sh run.sh {{.Values.nonce}}\n`;
  const content = (text: string) => new TextEncoder().encode(text);

  const { runId } = await runs.startQuickRun({
    host,
    files: [
      { path: 'acr-task.yaml', content: content(task) },
      { path: 'run.sh', content: content('echo "gate-result $1 0"\n'), executable: true },
    ],
    taskFile: 'acr-task.yaml',
    values: [{ name: 'nonce', value: 'n42', secret: false }],
    timeoutSeconds: 300,
  });
  const run = await eventually(async () => {
    const now = await runs.run({ host, runId });
    return now?.state === 'running' ? undefined : now;
  }, STARTED_WITHIN_MS);
  const log = await eventually(async () => {
    const now = await runs.log({ host, runId });
    return now.complete ? now : undefined;
  });

  expect(run).toMatchObject({ runId, state: 'succeeded', outputs: [], finishedAt: expect.any(Number) });
  expect(log.text).toMatch(/gate-result n42 0\r?\n/);
});

test('knows a task, runs it with a value, and cancels it', async () => {
  const { runs } = fixture.ports;
  const host = fixture.hosts.base;
  const { subscription } = fixture.cloud.world.config;
  const steps = `version: v1.1.0\nsteps:\n  - cmd: ${fixture.runnerImage} sleep {{.Values.seconds}}\n`;
  await fixture.putResource(
    `/subscriptions/${subscription}/resourceGroups/${fixture.resourceGroup}/providers/Microsoft.ContainerRegistry/registries/basereg/tasks/sleeper?api-version=2019-06-01-preview`,
    {
      location: 'westeurope',
      properties: {
        platform: { os: 'Linux', architecture: 'amd64' },
        step: {
          type: 'EncodedTask',
          encodedTaskContent: Buffer.from(steps).toString('base64'),
          values: [{ name: 'seconds', value: '1' }],
        },
      },
    },
  );

  const started = await runs.startTask({ host, task: 'sleeper', pass: { seconds: '600' } });
  if (started.kind !== 'started') throw new Error('the task is missing');
  await runs.cancel({ host, runId: started.runId });
  const run = await eventually(async () => {
    const now = await runs.run({ host, runId: started.runId });
    return now?.state === 'running' ? undefined : now;
  }, STARTED_WITHIN_MS);

  expect(run.state).toBe('canceled');
  expect(await runs.task({ host, task: 'sleeper' })).toEqual({ followsBaseImage: false });
  expect(await runs.task({ host, task: 'none' })).toBeUndefined();
  expect(await runs.startTask({ host, task: 'none', pass: {} })).toEqual({ kind: 'missing' });
});

const specification = (image: string) => {
  const { username, password } = login();
  return {
    location: 'westeurope',
    properties: {
      osType: 'Linux',
      restartPolicy: 'Always',
      containers: [
        {
          name: 'web',
          properties: {
            image,
            command: ['/bin/busybox', 'sh', '-c', 'echo hello > /index.html; exec /bin/busybox httpd -f -p 80 -h /'],
            ports: [{ protocol: 'TCP', port: 80 }],
            resources: { requests: { cpu: 0.5, memoryInGB: 0.5 } },
          },
        },
      ],
      imageRegistryCredentials: [{ server: fixture.hosts.public, username, password }],
      ipAddress: { type: 'Public', ports: [{ protocol: 'TCP', port: 80 }] },
    },
  };
};

test('deploys a container group, watches it come up, and finds it answering', async () => {
  const { groups, probes } = fixture.ports;
  const group = { resourceGroup: fixture.resourceGroup, name: 'hello' };
  const image = `${fixture.hosts.public}/busybox@${await upstreamDigest()}`;

  const put = await groups.put(group, specification(image));
  const up = await eventually(async () => {
    const now = await groups.read(group);
    return now?.provisioning === 'Succeeded' && now.state === 'Running' ? now : undefined;
  }, STARTED_WITHIN_MS);
  const probe = await eventually(async () => {
    const answer = await probes.get(`http://${up.ip}/index.html`, { timeoutSeconds: 2 });
    return 'status' in answer ? answer : undefined;
  });

  expect(put).toEqual({ kind: 'accepted' });
  expect(up.containers).toEqual([expect.objectContaining({ name: 'web', image, state: 'Running' })]);
  expect(probe).toEqual({ status: 200 });
});

test('a container group whose image is not there is refused, and makes no group', async () => {
  const { groups } = fixture.ports;
  const group = { resourceGroup: fixture.resourceGroup, name: 'broken' };

  const put = await groups.put(group, specification(`${fixture.hosts.public}/none:1`));

  expect(put).toMatchObject({ kind: 'refused', code: 'InaccessibleImage' });
  expect(await groups.read(group)).toBeUndefined();
});

test('reads a secret and its older version, and none that is not there', async () => {
  const { secrets } = fixture.ports;
  fixture.cloud.vaults.named('contractvault').put('dockerhub', 'first');
  const first = await secrets.read('dockerhub');
  fixture.cloud.vaults.named('contractvault').put('dockerhub', 'second');

  const [newest, older] = [await secrets.read('dockerhub'), await secrets.read('dockerhub', first?.version)];

  expect(newest?.value).toBe('second');
  expect(older).toEqual(first);
  expect(await secrets.read('none')).toBeUndefined();
});

test('announces to a topic of CloudEvents', async () => {
  const { subscription, ports } = fixture.cloud.world.config;
  const topic = `/subscriptions/${subscription}/resourceGroups/${fixture.resourceGroup}/providers/Microsoft.EventGrid/topics/announcements`;
  await fixture.putResource(`${topic}?api-version=2022-06-15`, {
    location: 'westeurope',
    properties: { inputSchema: 'CloudEventSchemaV1_0' },
  });

  await fixture.ports.announcements.announce({
    id: 'node-7',
    type: 'promoted',
    subject: 'gates/node',
    data: { unique: '1-ca7' },
  });

  const answer = await fetch(`https://localhost:${ports.events}/local/events/delivered?topic=${topic}`);
  const { value } = (await answer.json()) as { value: { event: object }[] };
  expect(value.map(({ event }) => event)).toEqual([
    expect.objectContaining({
      id: 'node-7',
      source: '/gated-import',
      type: 'gated-import.promoted',
      data: { unique: '1-ca7' },
    }),
  ]);
});

test('keeps a row under the managed identity of the app', async () => {
  const { ledger } = fixture.ports;

  const written = await ledger.write('gates', 'node', [
    { kind: 'put', key: 'gate', ifMatch: 'new', open: true, schema: 1, data: { sequence: 7 } },
  ]);

  expect(written).toBe('written');
  expect((await ledger.get('gates', 'node', 'gate'))?.data).toEqual({ sequence: 7 });
});

test('copies by digest what is attached upstream, and both registries list it under the same digest', async () => {
  const { registries, upstreams } = fixture.ports;
  const { host, repository } = upstream();
  const place = { host, repository };
  const digest = await upstreamDigest();
  const subject = await upstreams.manifest({ ...place, digest }, login());
  if (!subject) throw new Error('the upstream is not there');
  const sbom = new TextEncoder().encode('{"spdxVersion":"SPDX-2.3"}');
  const written = recordManifest({
    subject: { mediaType: subject.mediaType, digest, size: subject.bytes.length },
    bundle: { digest: await registries.uploadBlob(place, sbom), size: sbom.length },
    gate: 'upstream',
    createdAt: Date.UTC(2026, 0, 1),
  });
  await registries.uploadBlob(place, new TextEncoder().encode('{}'));
  const attached = { ...written, digest: digestOfBytes(written.bytes) };
  await registries.putUntagged(place, attached);

  const quarantine = at('quarantine', 'referrers/busybox');
  await registries.import({
    from: { ...place, digest: attached.digest, ours: false, credentials: login() },
    to: quarantine,
    deadlineSeconds: 20,
  });

  const listed = [{ digest: attached.digest, artifactType: BUNDLE_TYPE }];
  expect(await upstreams.referrers({ ...place, digest }, login())).toEqual({ referrers: listed, more: false });
  expect(await registries.referrers({ ...quarantine, digest })).toEqual(listed);
  expect(await registries.referrers({ ...quarantine, digest }, 'application/other')).toEqual([]);
  expect(await registries.referrers({ ...quarantine, digest: attached.digest })).toEqual([]);
  expect((await registries.manifest({ ...quarantine, digest: attached.digest }))?.bytes).toEqual(attached.bytes);
});

test('signs with a key of the vault; what it signed verifies with its public part, and with no other', async () => {
  const { signing } = fixture.ports;
  const bytes = new TextEncoder().encode('promote');
  expect(await signing.keys()).toEqual([]);

  await fixture.makeSigningKey();
  const [first] = await signing.keys();
  if (!first) throw new Error('a key was made');
  const signature = await signing.sign(first, bytes);
  await fixture.makeSigningKey();
  const keys = await signing.keys();

  expect(keys).toHaveLength(2);
  expect(keys.filter(({ publicKey }) => verify('sha256', bytes, publicKey, signature))).toEqual([first]);
  expect(first.id).toMatch(new RegExp(`/keys/${SIGNING_KEY}/${first.version}$`));
});
