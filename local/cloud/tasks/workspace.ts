/**
 * Fills the workspace of a run: a checkout of a git repository, or the files of an uploaded archive.
 *
 * Answers the folder below it where the steps work, and the commit.
 */
import { readFile, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { engineEnvironment } from '../../containers/environment.ts';
import { lastLines } from '../../containers/errors.ts';
import { runProcess } from '../../containers/process.ts';
import { RunFailed } from './failures.ts';
import { GitError, openGit } from './git.ts';
import { GIT_FETCH_WITHIN_MS } from './limits.ts';
import type { SourceLocation } from './source-location.ts';

export interface Checkout {
  /** Below the workspace; empty: the workspace itself. */
  folder: string;
  commit: string;
  branch: string;
}

export interface FillOptions {
  workspace: string;
  source: SourceLocation;
  /** A folder of the run for git's settings. */
  home: string;
  accessToken?: string;
  /** Takes the place of the location's ref: what a source trigger saw. */
  commit?: { id: string; branch: string };
  /** Path of an upload, `undefined` when there is none. */
  uploaded: (relativePath: string) => string | undefined;
  signal: AbortSignal;
}

export async function fillWorkspace(options: FillOptions): Promise<Checkout> {
  const { source, workspace, signal } = options;
  switch (source.kind) {
    case 'none':
      return { folder: '', commit: '', branch: '' };
    case 'upload': {
      const archive = options.uploaded(source.relativePath);
      if (archive === undefined)
        throw new RunFailed(`failed to download the context: nothing was uploaded to ${source.relativePath}`);
      await extract(archive, workspace, signal);
      return { folder: '', commit: '', branch: '' };
    }
    case 'git':
      return checkOut(source, options);
  }
}

const FULL_COMMIT = /^[0-9a-f]{40}$/;

async function checkOut(source: SourceLocation & { kind: 'git' }, options: FillOptions): Promise<Checkout> {
  const { workspace, signal, accessToken, home } = options;
  const git = await openGit(home, accessToken ? { url: source.url, token: accessToken } : undefined);
  const run = (args: string[]) => git(args, { workingDirectory: workspace, timeoutMs: GIT_FETCH_WITHIN_MS, signal });
  const ref = options.commit?.id ?? source.ref ?? 'HEAD';
  try {
    await run(['init', '--quiet']);
    if (FULL_COMMIT.test(ref)) {
      // Servers need not give out a commit by its id, so everything is fetched.
      await run([
        'fetch',
        '--quiet',
        '--',
        source.url,
        '+refs/heads/*:refs/remotes/origin/*',
        '+refs/tags/*:refs/tags/*',
      ]);
      await run(['checkout', '--quiet', '--detach', ref]);
    } else {
      await run(['fetch', '--quiet', '--depth', '1', '--', source.url, ref]);
      await run(['checkout', '--quiet', '--detach', 'FETCH_HEAD']);
    }
    const commit = (await run(['rev-parse', 'HEAD'])).trim();
    const branch =
      options.commit?.branch ?? (source.ref !== undefined && !FULL_COMMIT.test(source.ref) ? source.ref : '');
    if (source.folder !== '') await inside(workspace, source.folder);
    return { folder: source.folder, commit, branch };
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    throw new RunFailed(`failed to get the source ${source.url}#${ref}: ${error.message}`, { cause: error });
  }
}

/** Refuses an archive with a member that would land outside the workspace. */
async function extract(archive: string, workspace: string, signal: AbortSignal): Promise<void> {
  const tar = (args: string[]) =>
    runProcess('tar', args, { environment: engineEnvironment(), workingDirectory: workspace, signal });
  const listed = await tar(['-tzf', archive]);
  if (listed.code !== 0) throw new RunFailed(`the uploaded context is no tar.gz archive: ${lastLines(listed.stderr)}`);
  const outside = listed.stdout.split('\n').find((name) => isAbsolute(name) || name.split('/').includes('..'));
  if (outside !== undefined)
    throw new RunFailed(`the uploaded context has the member "${outside}", which lies outside of it`);
  const extracted = await tar(['-xzf', archive, '--no-same-owner']);
  if (extracted.code !== 0)
    throw new RunFailed(`the uploaded context cannot be extracted: ${lastLines(extracted.stderr)}`);
}

/** The path of a file or folder in the workspace, with symbolic links followed; `RunFailed` when it is not there or not in it. */
export async function inside(workspace: string, path: string): Promise<string> {
  const root = await realpath(workspace);
  const joined = join(root, path);
  const real = await realpath(joined).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
    throw new RunFailed(`"${path}" is not in the source`, { cause: error });
  });
  const way = relative(root, real);
  if (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way))
    throw new RunFailed(`"${path}" lies outside of the source`);
  return real;
}

export const readInside = async (workspace: string, path: string): Promise<string> =>
  readFile(await inside(workspace, path), 'utf8');
