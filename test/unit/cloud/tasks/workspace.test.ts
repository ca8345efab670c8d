import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pack } from 'tar-stream';
import { createGzip } from 'node:zlib';
import { buffer } from 'node:stream/consumers';
import { fillWorkspace, readInside } from '../../../../local/cloud/tasks/workspace.ts';
import type { SourceLocation } from '../../../../local/cloud/tasks/source-location.ts';

let directory: string;
let workspace: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'gated-import-workspace-'));
  workspace = join(directory, 'workspace');
  await mkdir(workspace);
});
afterEach(() => rm(directory, { recursive: true }));

const fill = (source: SourceLocation, more: { commit?: { id: string; branch: string } } = {}) =>
  fillWorkspace({
    ...{ workspace, source, home: join(directory, 'home'), signal: AbortSignal.timeout(10_000), ...more },
    uploaded: () => (existsSync(join(directory, 'archive')) ? join(directory, 'archive') : undefined),
  });
const upload = { kind: 'upload', relativePath: 'source/a.tar.gz' } as const;

async function archive(files: Record<string, string>): Promise<void> {
  const tar = pack();
  for (const [name, text] of Object.entries(files)) tar.entry({ name }, text);
  tar.finalize();
  await writeFile(join(directory, 'archive'), await buffer(tar.pipe(createGzip())));
}

function repository(): { url: string; git: (...args: string[]) => string } {
  const url = join(directory, 'repository');
  const settings = ['-c', 'user.name=t', '-c', 'user.email=t@example.test', '-c', 'commit.gpgsign=false'];
  execFileSync('git', ['init', '--quiet', '--initial-branch', 'main', url]);
  return {
    url,
    git: (...args) =>
      execFileSync('git', ['-C', url, ...settings, ...args])
        .toString()
        .trim(),
  };
}

describe('an uploaded archive', () => {
  it('is extracted', async () => {
    await archive({ 'a/file': 'text' });

    await fill(upload);

    expect(await readInside(workspace, 'a/file')).toBe('text');
  });

  it.each(['../outside', 'a/../../outside', '/absolute'])(
    'is refused with a member %s, and nothing of it is there',
    async (name) => {
      await archive({ good: 'text', [name]: 'text' });

      await expect(fill(upload)).rejects.toThrow(`the member "${name}"`);

      expect(existsSync(join(workspace, 'good'))).toBe(false);
      expect(existsSync(join(directory, 'outside'))).toBe(false);
    },
  );

  it('is refused when it is none, or was never uploaded', async () => {
    await expect(fill(upload)).rejects.toThrow('nothing was uploaded to source/a.tar.gz');
    await writeFile(join(directory, 'archive'), 'no archive');
    await expect(fill(upload)).rejects.toThrow('no tar.gz archive');
  });
});

describe('a git repository', () => {
  it('is checked out at a branch, a tag or a commit, and says where it is', async () => {
    const { url, git } = repository();
    git('commit', '--quiet', '--allow-empty', '--message', 'one');
    git('tag', 'v1');
    const first = git('rev-parse', 'HEAD');
    await writeFile(join(url, 'file'), 'second');
    git('add', '--all');
    git('commit', '--quiet', '--message', 'two');
    const second = git('rev-parse', 'HEAD');
    const at = async (ref: string) => {
      await rm(workspace, { recursive: true });
      await mkdir(workspace);
      return fill({ kind: 'git', url, ref, folder: '' });
    };

    expect(await at('main')).toEqual({ folder: '', commit: second, branch: 'main' });
    expect(await at('v1')).toMatchObject({ commit: first });
    expect(await at(first)).toEqual({ folder: '', commit: first, branch: '' });
  });

  it('is checked out at the commit a trigger saw, though the branch has moved on', async () => {
    const { url, git } = repository();
    git('commit', '--quiet', '--allow-empty', '--message', 'one');
    const seen = git('rev-parse', 'HEAD');
    git('commit', '--quiet', '--allow-empty', '--message', 'two');

    const checkout = await fill(
      { kind: 'git', url, ref: 'main', folder: '' },
      { commit: { id: seen, branch: 'main' } },
    );

    expect(checkout).toEqual({ folder: '', commit: seen, branch: 'main' });
  });

  it('never runs a hook', async () => {
    const { url, git } = repository();
    await mkdir(join(directory, 'template', 'hooks'), { recursive: true });
    const mark = join(directory, 'hook-ran');
    await writeFile(join(directory, 'template', 'hooks', 'post-checkout'), `#!/bin/sh\ntouch ${mark}\n`, {
      mode: 0o755,
    });
    git('commit', '--quiet', '--allow-empty', '--message', 'one');
    process.env['GIT_TEMPLATE_DIR'] = join(directory, 'template');

    await fill({ kind: 'git', url, folder: '' });

    delete process.env['GIT_TEMPLATE_DIR'];
    expect(existsSync(mark)).toBe(false);
  });

  it('says what is wrong with a ref, a folder or a repository that is not there', async () => {
    const { url, git } = repository();
    git('commit', '--quiet', '--allow-empty', '--message', 'one');

    await expect(fill({ kind: 'git', url, ref: 'no-branch', folder: '' })).rejects.toThrow('no-branch');
    await expect(fill({ kind: 'git', url: join(directory, 'none'), folder: '' })).rejects.toThrow(
      'failed to get the source',
    );
  });
});

describe('a path in the workspace', () => {
  it('does not lead out of it, not even by a link', async () => {
    await writeFile(join(directory, 'secret'), 'of the machine');
    await symlink(join(directory, 'secret'), join(workspace, 'link'));

    await expect(readInside(workspace, 'link')).rejects.toThrow('"link" lies outside of the source');
    await expect(readInside(workspace, '../secret')).rejects.toThrow('lies outside of the source');
    await expect(readInside(workspace, 'none')).rejects.toThrow('"none" is not in the source');
    expect(await readFile(join(directory, 'secret'), 'utf8')).toBe('of the machine');
  });
});
