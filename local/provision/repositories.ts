/** The git repositories of the walkthrough, made from its folders once; from then on they belong to whoever commits to them. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const repositoryNames = ['base-image-node', 'hello-world', 'import-baseimage-node'] as const;
export type RepositoryName = (typeof repositoryNames)[number];

/** `from` holds one folder for each repository; `to` gets them with a first commit on branch `main`. */
export async function ensureRepositories({ from, to }: { from: string; to: string }): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const name of repositoryNames) {
    const repository = join(to, name);
    if (existsSync(repository)) continue;
    // Made aside and renamed, so that an interrupted start leaves no half a repository.
    const draft = join(to, `.${name}`);
    await rm(draft, { recursive: true, force: true });
    await cp(join(from, name), draft, { recursive: true });
    await git(draft, 'init', '--quiet', '--initial-branch=main');
    await git(draft, 'config', 'user.name', 'Walkthrough');
    await git(draft, 'config', 'user.email', 'walkthrough@localhost');
    await git(draft, 'config', 'commit.gpgsign', 'false');
    await commitAll(draft, 'The walkthrough begins');
    await rename(draft, repository);
  }
}

/** Answers the new commit. */
export async function commitAll(repository: string, message: string): Promise<string> {
  await git(repository, 'add', '--all');
  await git(repository, 'commit', '--quiet', '--message', message);
  return git(repository, 'rev-parse', 'HEAD');
}

async function git(repository: string, ...args: string[]): Promise<string> {
  const { stdout } = await run('git', ['-C', repository, ...args]);
  return stdout.trim();
}
