/** A gate whose one check is the walkthrough's own task: the whole app, from a push to the stable tag, or to a stop. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writePolicy } from './gates.ts';
import { thisArchitecture } from './oci-layout.ts';
import { startSystem, type System } from './system.ts';

const EXAMPLE = join(import.meta.dirname, '../../examples/hello-world/import-baseimage-node');

const policy = (repository: string) => `version: 1
gates:
  node:
    from: \${PUBLIC_REGISTRY}/node:15-alpine
    to: \${BASE_REGISTRY}/node:15-alpine
    platforms: [linux/${thisArchitecture}]
    checks:
      team: { task: { context: "file://${repository}#main" }, unsandboxed: true }
upstreams:
  \${PUBLIC_REGISTRY}: { username: "\${secret:public-registry-user}", password: "\${secret:public-registry-password}" }
`;

let folder: string;
let system: System;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gated-import-task-'));
  const repository = join(folder, 'import-baseimage-node');
  await cp(EXAMPLE, repository, { recursive: true });
  const git = (...words: string[]) => promisify(execFile)('git', ['-C', repository, ...words]);
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '--all');
  await git('-c', 'user.name=T', '-c', 'user.email=t@localhost', 'commit', '--quiet', '--message', 'A task');
  await writePolicy(join(folder, 'policy'), { 'gates.yaml': policy(repository) });
  system = await startSystem({ settings: { POLICY: join(folder, 'policy') } });
});
afterAll(async () => {
  await system?.destroy();
  await rm(folder, { recursive: true, force: true });
});

test('promotes what the task lets pass, under a unique tag with the run of the task', async () => {
  const digest = await system.pushUpstream('teal');

  const { evidence } = await system.settled(digest, 'promoted');

  expect(evidence['team']).toMatchObject({ verdict: 'pass', isolation: 'none' });
  await system.stable(digest);
  expect(await system.uniqueTags(digest)).toEqual([`15-alpine-${evidence['team']?.runId}`]);
});

test('stops what the task does not let pass, and says why in its words', async () => {
  const before = await system.ask.registries.base.digestOf('node', '15-alpine');
  const digest = await system.pushUpstream('red');

  const { why } = await system.settled(digest, 'rejected');

  expect(why).toContain('BACKGROUND_COLOR is red');
  expect(await system.ask.registries.base.digestOf('node', '15-alpine')).toBe(before);
});
