/** `gated-import verify`, offline and at a registry: what it takes for verified, and how it says no. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { BUNDLE_TYPE, recordManifest } from '../../../shared/domain/record/envelope.ts';
import type { PromotionRecord } from '../../../shared/domain/record/statement.ts';
import { digestOfBytes } from '../../../shared/record/digest-of-bytes.ts';
import { startWire, type Answer, type Wire } from '../../contract/azure/wire.ts';
import { DIGEST, NAME, OTHER, recordOf, sealed, testKey, type TestKey } from '../record/record-fixture.ts';
import { gatedImport } from './terminal.ts';

const IMAGE = `${NAME}@${DIGEST}`;

let folder: string;
let key: TestKey;
let pem: string;
const wires: Wire[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gated-import-cli-'));
  key = testKey();
  pem = await file('pub.pem', key.publicKey);
});
afterEach(async () => {
  await Promise.all(wires.splice(0).map((wire) => wire.close()));
  await rm(folder, { recursive: true });
});

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}
const recordFile = async (record: PromotionRecord = recordOf()) => file('record.json', await sealed(record, key));

describe('with the record in a file', () => {
  it('says what was verified, and what was not asked', async () => {
    const { code, said, complained } = await gatedImport([
      'verify',
      IMAGE,
      '--key',
      pem,
      '--record',
      await recordFile(),
    ]);

    expect([code, complained]).toEqual([0, '']);
    expect(said).toContain(`verified: ${IMAGE}`);
    expect(said).toMatch(/gate +node, promotion 7, attempt 3/);
    expect(said).toMatch(/upstream +docker\.io\/library\/node:22-alpine, at sha256:cdcd/);
    expect(said).toMatch(/check +functional: pass on linux\/amd64, of sha256:abab\S+, by docker:28-cli, run ca7/);
    expect(said).toMatch(/approved +by nobody/);
    expect(said).toContain('not asked: which digest the stable tag names today');
  });

  it('says who approved', async () => {
    const approvals = [{ by: 'ada', role: 'release-manager', at: '2031-02-03T04:05:50.000Z' }];

    const { said } = await gatedImport([
      'verify',
      IMAGE,
      '--key',
      pem,
      '--record',
      await recordFile(recordOf({ approvals })),
    ]);

    expect(said).toMatch(/approved +by ada as release-manager, 2031-02-03/);
  });

  it('says what was copied with it, and what that is attached to', async () => {
    const sbom = { digest: OTHER, subject: DIGEST, artifactType: 'application/spdx+json' };
    const record = recordOf({ referrers: [sbom, { digest: DIGEST, subject: OTHER }] });

    const { said } = await gatedImport(['verify', IMAGE, '--key', pem, '--record', await recordFile(record)]);

    expect(said).toMatch(new RegExp(`with it +application/spdx\\+json, ${OTHER}$`, 'm'));
    expect(said).toMatch(new RegExp(`with it +of no type, ${DIGEST}, attached to ${OTHER}$`, 'm'));
  });

  it('prints no control characters, whoever put them into the record', async () => {
    const record = recordOf({ upstream: { reference: 'docker.io/evil\u001b[2J', digest: OTHER } });

    const { said } = await gatedImport(['verify', IMAGE, '--key', pem, '--record', await recordFile(record)]);

    expect(said).not.toContain('\u001b');
  });

  it.each<[string, (record: string) => Promise<string[]>, RegExp]>([
    [
      'for another digest',
      async (record) => [`${NAME}@${OTHER}`, '--key', pem, '--record', record],
      /it is for the digest/,
    ],
    [
      'of another gate',
      async (record) => [IMAGE, '--key', pem, '--record', record, '--gate', 'java'],
      /for gate node, not java/,
    ],
    [
      'by another key',
      async (record) => [IMAGE, '--key', await file('other.pem', testKey().publicKey), '--record', record],
      /signature is not by this key/,
    ],
    [
      'that is none',
      async () => [IMAGE, '--key', pem, '--record', await file('none', 'not JSON')],
      /no Sigstore bundle/,
    ],
  ])('does not take a record %s', async (_, args, why) => {
    const { code, said, complained } = await gatedImport(['verify', ...(await args(await recordFile()))]);

    expect([code, said]).toEqual([1, '']);
    expect(complained).toContain('not verified: ');
    expect(complained).toMatch(why);
  });

  it('does not take a record with a verdict that is no "pass"', async () => {
    const [passed] = recordOf().evidence;
    const evidence = passed ? [{ ...passed, verdict: 'fail' as const }] : [];

    const { code, complained } = await gatedImport([
      'verify',
      IMAGE,
      '--key',
      pem,
      '--record',
      await recordFile(recordOf({ evidence })),
    ]);

    expect(code).toBe(1);
    expect(complained).toContain('has the verdict fail');
  });
});

describe('with the record at the registry', () => {
  const OK = { status: 200 };

  /** A registry that has one image with these records, and lets in whoever brings the login, if there is one. */
  async function registry(records: Uint8Array[], login?: string): Promise<Wire> {
    const wire = await startWire();
    wires.push(wire);
    const guarded =
      (answer: Answer) =>
      ({ headers }: { headers: Record<string, unknown> }) =>
        login === undefined || headers['authorization'] === login
          ? answer
          : { status: 401, headers: { 'WWW-Authenticate': 'Basic realm="registry"' } };
    const on = (path: string, answer: Answer, method: 'GET' | 'HEAD' = 'GET') =>
      wire.on(method, `/v2/node/${path}`, guarded(answer));
    const manifests = records.map((bytes) =>
      recordManifest({
        subject: { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: DIGEST, size: 1 },
        bundle: { digest: digestOfBytes(bytes), size: bytes.length },
        gate: 'node',
        createdAt: 0,
      }),
    );
    on(`referrers/${DIGEST}`, {
      ...OK,
      headers: { 'Content-Type': 'application/vnd.oci.image.index.v1+json' },
      body: {
        schemaVersion: 2,
        manifests: manifests.map(({ bytes, mediaType }) => ({
          ...{ mediaType, size: bytes.length, digest: digestOfBytes(bytes), artifactType: BUNDLE_TYPE },
        })),
      },
    });
    on('manifests/22-alpine', { ...OK, headers: { 'Docker-Content-Digest': DIGEST } }, 'HEAD');
    for (const { bytes, mediaType } of manifests)
      on(`manifests/${digestOfBytes(bytes)}`, { ...OK, headers: { 'Content-Type': mediaType }, body: bytes });
    for (const bytes of records) on(`blobs/${digestOfBytes(bytes)}`, { ...OK, body: bytes });
    return wire;
  }
  const noLogin = () => ({ DOCKER_CONFIG: folder });

  it('finds it by the digest, and by a tag', async () => {
    const wire = await registry([await sealed(recordOf(), key)]);

    const byDigest = await gatedImport(['verify', `${wire.host}/node@${DIGEST}`, '--key', pem], noLogin());
    const byTag = await gatedImport(['verify', `${wire.host}/node:22-alpine`, '--key', pem], noLogin());

    expect(byDigest).toMatchObject({ code: 0, complained: '' });
    expect(byTag.said).toBe(byDigest.said);
  });

  it('shows the newest of several, and does not mind what others attached', async () => {
    const newer = recordOf({ sequence: 9, decidedAt: '2031-06-01T00:00:00.000Z' });
    const records = [recordOf(), newer].map((record) => sealed(record, key));
    const wire = await registry([...(await Promise.all(records)), await sealed(recordOf({ sequence: 10 }), testKey())]);

    const { code, said } = await gatedImport(['verify', `${wire.host}/node@${DIGEST}`, '--key', pem], noLogin());

    expect(code).toBe(0);
    expect(said).toContain('promotion 9');
    expect(said).toContain('1 other valid record');
  });

  it('says when there is none, and when none is by this key', async () => {
    const none = await registry([]);
    const others = await registry([await sealed(recordOf(), testKey())]);

    const first = await gatedImport(['verify', `${none.host}/node@${DIGEST}`, '--key', pem], noLogin());
    const second = await gatedImport(['verify', `${others.host}/node@${DIGEST}`, '--key', pem], noLogin());

    expect(first).toMatchObject({
      code: 1,
      complained: expect.stringContaining('no promotion record is attached to it'),
    });
    expect(second).toMatchObject({ code: 1, complained: expect.stringContaining('its signature is not by this key') });
  });

  it('logs in as docker does', async () => {
    const auth = Buffer.from('reader:pass:word').toString('base64');
    const wire = await registry([await sealed(recordOf(), key)], `Basic ${auth}`);
    await file('config.json', JSON.stringify({ auths: { [wire.host]: { auth } } }));

    const { code, complained } = await gatedImport(['verify', `${wire.host}/node@${DIGEST}`, '--key', pem], noLogin());

    expect([code, complained]).toEqual([0, '']);
  });

  it('says what the registry answered when it cannot be asked', async () => {
    const wire = await registry([], 'Basic nobody has this');

    const { code, complained } = await gatedImport(['verify', `${wire.host}/node@${DIGEST}`, '--key', pem], noLogin());

    expect(code).toBe(1);
    expect(complained).toMatch(/verify: .*does not let us read node \(401\)/);
  });
});

test.each<[string, () => Promise<string[]>, RegExp]>([
  ['without a reference', async () => ['--key', pem], /the reference is missing/],
  ['with two', async () => [IMAGE, IMAGE, '--key', pem], /one reference at a time/],
  ['without a key', async () => [IMAGE], /--key is missing/],
  ['with a reference that is none', async () => ['node:22', '--key', pem], /the registry host is missing/],
  ['with neither tag nor digest', async () => [NAME, '--key', pem], /neither a tag nor a digest/],
  ['offline with a tag', async () => [`${NAME}:22`, '--key', pem, '--record', 'any'], /the reference needs its digest/],
  ['with a key file that is not there', async () => [IMAGE, '--key', join(folder, 'none.pem')], /--key: ENOENT/],
  [
    'with a key file that holds something else',
    async () => [IMAGE, '--key', await file('text', 'hello')],
    /no public key in PEM/,
  ],
  [
    'with a private key',
    async () => [IMAGE, '--key', await file('k.pem', key.secret.export({ type: 'pkcs8', format: 'pem' }))],
    /holds a private key/,
  ],
  [
    'with a key of another kind',
    async () => [IMAGE, '--key', await file('k.pem', testKey('P-384').publicKey)],
    /another kind than EC P-256/,
  ],
  [
    'with a record file that is not there',
    async () => [IMAGE, '--key', pem, '--record', join(folder, 'none')],
    /--record: ENOENT/,
  ],
  ['with an option that is none', async () => [IMAGE, '--key', pem, '--colour', 'red'], /Unknown option '--colour'/],
])('is not understood %s', async (_, args, why) => {
  const { code, said, complained } = await gatedImport(['verify', ...(await args())]);

  expect([code, said]).toEqual([2, '']);
  expect(complained).toMatch(why);
  expect(complained).toContain('gated-import verify --help');
});

test('lists its commands, explains one, and has a guess for a slip', async () => {
  expect(await gatedImport(['--help'])).toMatchObject({
    code: 0,
    said: expect.stringMatching(/verify +verify the signed/),
  });
  expect(await gatedImport([])).toMatchObject({ code: 2, complained: expect.stringContaining('verify') });
  expect(await gatedImport(['verify', '--help'])).toMatchObject({ code: 0, said: expect.stringContaining('--record') });
  expect(await gatedImport(['verfiy'])).toMatchObject({
    code: 2,
    complained: expect.stringContaining('Did you mean "verify"?'),
  });
});

test('runs as a program, from another folder, and ends with the code', async () => {
  const program = fileURLToPath(new URL('../../../cli/gated-import.mjs', import.meta.url));
  const record = await recordFile();
  const run = (args: string[]) => promisify(execFile)(process.execPath, [program, ...args], { cwd: folder });

  const verified = await run(['verify', IMAGE, '--key', 'pub.pem', '--record', record]);
  const refused: unknown = await run(['verify', `${NAME}@${OTHER}`, '--key', 'pub.pem', '--record', record]).catch(
    (error: unknown) => error,
  );

  expect(verified.stdout).toContain('verified: ');
  expect(verified.stderr).toBe('');
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('not verified') });
});
