/**
 * Scans on the emulated Azure with real containers. The scanner is a shell script of this test: it reads the saved image as a scanner does, and
 * then does what a file in that image tells it to, since an image may well do that to a scanner.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Surroundings } from '../../../functions/activities/activity.ts';
import { bringTool } from '../../../functions/activities/gate/checks/tool-images.ts';
import { unpack } from '../../../functions/activities/gate/checks/unpack.ts';
import { judgeVulnerabilities, type ScanAnswer } from '../../../shared/domain/checks/vulnerabilities/judge.ts';
import { planVulnerabilities } from '../../../shared/domain/checks/vulnerabilities/plan.ts';
import { configurationOf } from '../../../shared/domain/manifest.ts';
import type { VulnerabilitiesCheck } from '../../../shared/domain/check.ts';
import type { Policy } from '../../../shared/domain/policy.ts';
import {
  formatReference,
  parseReference,
  repository,
  tag,
  type DigestReference,
} from '../../../shared/domain/reference.ts';
import { noTelemetry } from '../../../shared/telemetry.ts';
import { eventually } from '../cloud/services.ts';
import { startCloudFixture, type CloudFixture } from './cloud-fixture.ts';

const ENDS_WITHIN_MS = 60_000;
const NONCE = '6e6f6e63656e6f6e6365';
const SCANNED_AT = Date.parse('2026-03-02T10:00:00Z');

/** `$1`: the saved image, `$2`: the folder of the database. */
const SCANNER = `#!/bin/sh
config=$(tar -xOf "$1" manifest.json | sed 's/.*"Config":"\\([^"]*\\)".*/\\1/; s/.*\\///; s/\\.json//')
mkdir /tmp/rootfs
for layer in $(tar -xOf "$1" manifest.json | sed 's/.*"Layers":\\[\\([^]]*\\)\\].*/\\1/; s/[",]/ /g'); do
  tar -xOf "$1" "$layer" | tar -xf - -C /tmp/rootfs behaviour 2>/dev/null
done
# report <configuration> <findings>
report() {
  printf '{"SchemaVersion":2,"Metadata":{"ImageID":"sha256:%s"},"Results":[{"Class":"os-pkgs","Vulnerabilities":[%s]}]}' "$1" "$2"
}
finding() {
  printf '{"VulnerabilityID":"%s","PkgName":"openssl","InstalledVersion":"1.0","FixedVersion":"1.1","Severity":"%s"}' "$1" "$2"
}
. /tmp/rootfs/behaviour
rm -rf /tmp/rootfs
`;

const CLEAN = 'report "$config" ""';
const BEHAVIOURS = {
  clean: CLEAN,
  critical: 'report "$config" "$(finding CVE-1 CRITICAL)"',
  newer: 'report "$config" "$(finding CVE-1 CRITICAL),$(finding CVE-2 CRITICAL)"',
  killed: `${CLEAN}; exit 137`,
  failing: `${CLEAN}; exit 3`,
  slow: `${CLEAN}; exec sleep 60`,
  garbled: `${CLEAN} | head -c 50`,
  silent: 'exit 0',
  endless: 'while :; do head -c 1000000 /dev/zero; done',
  success: `echo 'gate-scan ${NONCE} code candidate 0'; echo 'gate-scan ${NONCE} done'; echo pass`,
  shouting: `echo 'gate-scan ${NONCE} code candidate 0' >&2; echo 'gate-scan ${NONCE} done' >&2; exit 1`,
  other: `report ${'0'.repeat(64)} ""`,
  curious: `{ id -u; ls /sys/class/net; ls -a /; touch /x /image/x; env; cat "$2/data"; touch "$2/x" && echo database writable; } >&2; ${CLEAN}`,
};
type Behaviour = keyof typeof BEHAVIOURS;

let fixture: CloudFixture;
let scanner: DigestReference;
let database: DigestReference;
const images = new Map<Behaviour, DigestReference>();
beforeAll(async () => {
  fixture = await startCloudFixture();
  const { quarantine } = fixture.hosts;
  const push = async (repository: string, content: Parameters<CloudFixture['pushImage']>[1]) => ({
    ...parseReference(`${quarantine}/${repository}`),
    digest: await fixture.pushImage(`${quarantine}/${repository}:1`, content),
  });
  await fixture.pushImage(fixture.runnerImage, { files: {} });
  scanner = await push('check.tools/scanner', {
    files: { 'scan.sh': SCANNER },
    lines: ['ENTRYPOINT ["/bin/sh", "/scan.sh"]'],
  });
  database = await push('check.tools/database', {
    files: { 'cache/data': 'all of them\n', 'cache/db/metadata.json': '{"UpdatedAt":"2026-03-02T00:00:00Z"}' },
  });
  for (const [name, behaviour] of Object.entries(BEHAVIOURS)) {
    const at = `${quarantine}/node/${name}`;
    const digest = await fixture.pushFile(`${at}:1`, { path: 'behaviour', text: behaviour });
    images.set(name as Behaviour, { ...parseReference(at), digest });
  }
}, 240_000);
afterAll(() => fixture.close());

const image = (name: Behaviour): DigestReference => {
  const found = images.get(name);
  if (!found) throw new Error(`there is no image "${name}"`);
  return found;
};

const CHECK: VulnerabilitiesCheck = {
  ...{ kind: 'vulnerabilities', name: 'cve', hash: 'h', timeoutSeconds: 40, waivers: [] },
  scanner: { kind: 'gate', gate: 'scanner' },
  args: ['{image}', '{database}'],
  format: 'trivy',
  database: { path: '/cache', dated: 'db/metadata.json', atMostMs: 48 * 3_600_000 },
  fail: { critical: 'any' },
};

async function scan(
  candidate: Behaviour,
  { current, ...change }: Partial<VulnerabilitiesCheck> & { current?: Behaviour } = {},
): Promise<ScanAnswer & { log: string }> {
  const { runs, registries } = fixture.ports;
  const check = { ...CHECK, ...change };
  const place = fixture.hosts.quarantine;
  const plan = planVulnerabilities(check, {
    ...{ candidate: image(candidate), scanner, database, platform: 'linux/amd64', nonce: NONCE },
    ...(current ? { current: image(current) } : {}),
    runnerImage: fixture.runnerImage,
  });
  const { runId } = await runs.startQuickRun({
    ...{ host: place, taskFile: plan.taskFile, values: plan.values, timeoutSeconds: plan.timeoutSeconds },
    files: plan.files.map((file) => ({ ...file, content: new TextEncoder().encode(file.text) })),
  });
  const run = await eventually(async () => {
    const now = await runs.run({ host: place, runId });
    return now?.state === 'running' ? undefined : now;
  }, ENDS_WITHIN_MS);
  const log = (await runs.log({ host: place, runId })).text;
  if (run.state !== 'succeeded' && run.state !== 'failed') throw new Error(`the run is ${run.state}: ${log}`);
  const scanned = async (name: Behaviour) => {
    const manifest = await registries.manifest(image(name));
    const configuration = manifest && configurationOf(manifest.bytes);
    if (!configuration) throw new Error(`"${name}" has no configuration`);
    return { reference: formatReference(image(name)), configuration, digests: [image(name).digest] };
  };
  const answer = judgeVulnerabilities(
    {
      ...{ check, unpack, nonce: NONCE, at: SCANNED_AT, platform: 'linux/amd64' },
      candidate: await scanned(candidate),
      ...(current ? { current: await scanned(current) } : {}),
    },
    { state: run.state, log },
  );
  return { ...answer, log };
}

test('a scanner is brought into quarantine by digest, with the login of the policy, and once', async () => {
  const { ports, hosts, runnerImage } = fixture;
  const place = parseReference(`${hosts.public}/busybox`);
  const digest = await ports.registries.digestOf({ ...place, tag: tag.parse('1') });
  if (!digest) throw new Error('the public registry has no busybox');
  // The registry plays one that wants a login, which the policy has.
  const upstreams = { [hosts.public]: fixture.cloud.registries.login(hosts.public) };
  const policy: Policy = { hash: 'h', gates: {}, images: {}, apps: {}, upstreams, warnings: [] };
  const world: Surroundings = {
    ...ports,
    ...{ quarantine: hosts.quarantine, runnerImage, startedAt: 0, telemetry: noTelemetry, log: { warn: () => {} } },
    policies: { current: async () => ({ policy, problems: [] }) },
  };

  const brought = await bringTool(world, { kind: 'image', image: { ...place, digest } });
  const again = await bringTool(world, { kind: 'image', image: { ...place, digest } });

  const image = { host: hosts.quarantine, repository: 'check.tools/busybox', digest };
  expect(brought).toEqual({ kind: 'there', image });
  expect(again).toEqual(brought);
  expect((await ports.registries.manifest({ ...image, repository: repository.parse(image.repository) }))?.digest).toBe(
    digest,
  );
});

describe('a scan', () => {
  test('of a clean candidate passes, and keeps what it was made with', async () => {
    const { verdict, report, log } = await scan('clean');

    expect(verdict, log).toBe('pass');
    expect(report).toMatchObject({
      findings: [],
      tool: formatReference(scanner),
      databaseAt: Date.parse('2026-03-02T00:00:00Z'),
    });
  });

  test('of a vulnerable candidate fails, and names the finding', async () => {
    const { verdict, reasons, log } = await scan('critical');

    expect(verdict, log).toBe('fail');
    expect(reasons.join('\n')).toContain('CVE-1 (critical) in openssl 1.0, fixed in 1.1');
  });

  test('compares with what runs now, by the same scanner and the same data', async () => {
    const rules: Partial<VulnerabilitiesCheck> = { fail: { low: 'any' }, noWorseThanCurrent: 'high' };

    const same = await scan('critical', { ...rules, current: 'critical' });
    const worse = await scan('newer', { ...rules, current: 'critical' });

    expect(same.verdict, same.log).toBe('pass');
    expect(worse.verdict, worse.log).toBe('fail');
    expect(worse.report?.findings.map(({ id, isNew }) => [id, isNew])).toEqual([
      ['CVE-2', true],
      ['CVE-1', undefined],
    ]);
  }, 60_000);

  test('shows the scanner a file and its data, and neither a network, nor rights, nor the nonce', async () => {
    const { verdict, log } = await scan('curious');
    const words = log.split(/\r?\n/).flatMap((line) => (line.startsWith('scanner | ') ? [line.slice(10)] : []));

    expect(verdict, log).toBe('pass');
    expect(words).toEqual(expect.arrayContaining(['65534', 'lo', 'all of them', 'database writable']));
    expect(words.join('\n')).toMatch(/\/x: Read-only file system[\s\S]*\/image\/x: Read-only file system/);
    expect(words.join('\n')).not.toContain(NONCE);
    expect(words.filter((word) => /eth0|docker\.sock|behaviour/.test(word))).toEqual([]);
  });

  test.each<[what: string, candidate: Behaviour, reason: RegExp]>([
    ['is killed after it has printed a report', 'killed', /killed/],
    ['fails after it has printed a report', 'failing', /exit code 3/],
    ['does not end', 'slow', /took longer/],
    ['prints half of a report', 'garbled', /not Trivy's JSON report/],
    ['prints nothing', 'silent', /not Trivy's JSON report/],
    ['prints without an end', 'endless', /was stopped/],
    ['prints the words of success, and even knows the nonce', 'success', /not Trivy's JSON report/],
    ['prints a result line on its standard error, and knows the nonce', 'shouting', /exit code 1/],
    ['prints a report about another image', 'other', /another image/],
  ])('has no verdict when the scanner %s', async (_, candidate, reason) => {
    const { verdict, reasons, log } = await scan(candidate, candidate === 'slow' ? { timeoutSeconds: 3 } : {});

    expect(verdict, log.slice(0, 5_000)).toBe('unknown');
    expect(reasons.join('\n')).toMatch(reason);
  });

  test('has no verdict when the data is not in the image that is to hold it', async () => {
    const { verdict, reasons, log } = await scan('clean', { database: { path: '/nowhere' } });

    expect(verdict).toBe('unknown');
    expect(reasons.join('\n')).toContain('the run failed before the scan had ended');
    expect(log).toContain(`/nowhere of ${formatReference(database)} could not be read`);
  });
});
