/** The walkthrough's own task as a `task` check: from git, on the emulated Azure, with real builds. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { judgeTask, planTask } from '../../../shared/domain/checks/task.ts';
import { parseReference, tag, type Digest, type DigestReference } from '../../../shared/domain/reference.ts';
import { eventually } from '../cloud/services.ts';
import { startCloudFixture, type CloudFixture } from './cloud-fixture.ts';

const EXAMPLE = join(import.meta.dirname, '../../../examples/hello-world/import-baseimage-node');
const ENDS_WITHIN_MS = 60_000;

let fixture: CloudFixture;
let repository: string;
let green: DigestReference;
let red: DigestReference;
beforeAll(async () => {
  fixture = await startCloudFixture();
  repository = await mkdtemp(join(tmpdir(), 'gated-import-task-'));
  await cp(EXAMPLE, repository, { recursive: true });
  const git = (...words: string[]) => promisify(execFile)('git', ['-C', repository, ...words]);
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '--all');
  await git('-c', 'user.name=T', '-c', 'user.email=t@localhost', 'commit', '--quiet', '--message', 'A task');
  green = await quarantined('green');
  red = await quarantined('red');
}, 120_000);
afterAll(async () => {
  await fixture.close();
  await rm(repository, { recursive: true, force: true });
});

const place = () => parseReference(`${fixture.hosts.quarantine}/node/node`);

/** An image of that colour in quarantine, without a tag. */
async function quarantined(colour: string): Promise<DigestReference> {
  const pushed = await fixture.pushShell(`${fixture.hosts.quarantine}/node/node:${colour}`, {
    BACKGROUND_COLOR: colour,
  });
  return { ...place(), digest: pushed };
}

async function check(candidate: DigestReference) {
  const { runs, registries } = fixture.ports;
  const manifest = await registries.manifest(candidate);
  if (!manifest) throw new Error('the candidate is not in quarantine');
  await registries.putManifest({ ...place(), tag: tag.parse('15-alpine') }, manifest);
  const plan = planTask(
    {
      ...{ kind: 'task', name: 'team', hash: 'h', timeoutSeconds: 300 },
      ...{ context: `file://${repository}#main`, file: 'acr-task.yaml' },
    },
    { candidate, from: `${fixture.hosts.quarantine}/node/` },
  );
  const { runId } = await runs.startFileRun({ host: fixture.hosts.quarantine, ...plan });
  const run = await eventually(async () => {
    const now = await runs.run({ host: fixture.hosts.quarantine, runId });
    return now?.state === 'running' ? undefined : now;
  }, ENDS_WITHIN_MS);
  const log = await runs.log({ host: fixture.hosts.quarantine, runId });
  if (run.state !== 'succeeded' && run.state !== 'failed') throw new Error(`the run is ${run.state}: ${log.text}`);
  return { run, log: log.text, state: run.state };
}

test('a green candidate passes, with the record of the digest that it was built from', async () => {
  const { state, log } = await check(green);

  expect(judgeTask({ state, log, candidate: green }), log).toEqual({ verdict: 'pass', reasons: [] });
  expect(judgeTask({ state, log, candidate: red }).verdict).toBe('unknown');
}, 90_000);

test('a red candidate fails, and its own words say why', async () => {
  const { state, log } = await check(red);

  const { verdict, reasons } = judgeTask({ state, log, candidate: red });
  expect(verdict, log).toBe('fail');
  expect(reasons.join('\n')).toContain('BACKGROUND_COLOR is red');
}, 90_000);

test('what is in quarantine is listed, kept while it is protected, and goes with its tag when it is not', async () => {
  const { registries } = fixture.ports;
  const digests = async () => (await registries.manifests(place())).map(({ digest }): Digest => digest);
  await registries.protectManifest(green);

  expect(await digests()).toEqual(expect.arrayContaining([green.digest, red.digest]));
  expect(await registries.deleteManifest(green)).toBe('locked');
  await registries.unprotectManifest(green);
  expect(await registries.deleteManifest(green)).toBe('deleted');

  expect(await digests()).not.toContain(green.digest);
  expect(await registries.digestOf({ ...place(), tag: tag.parse('green') })).toBeUndefined();
  expect(await registries.deleteManifest(green)).toBe('deleted');
});
