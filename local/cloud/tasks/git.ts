/**
 * The git command, kept from asking for a password, from running hooks, and from the settings of the person who runs it.
 *
 * Settings go through a file (`GIT_CONFIG_GLOBAL`), since git does not hand those of its environment to the process that serves a local
 * repository (`safe.directory` matters there).
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { engineEnvironment } from '../../containers/environment.ts';
import { lastLines } from '../../containers/errors.ts';
import { runProcess } from '../../containers/process.ts';

export interface Git {
  /** Answers stdout; throws `GitError`. */
  (args: string[], options: { workingDirectory?: string; timeoutMs: number; signal?: AbortSignal }): Promise<string>;
}

export class GitError extends Error {
  readonly code = 'GitError';

  constructor(args: string[], reason: string) {
    super(`git ${args[0]}: ${reason}`);
  }
}

/** `home`: a folder for its settings, which may hold the token: it is removed by the caller. */
export async function openGit(home: string, login?: { url: string; token: string }): Promise<Git> {
  await mkdir(home, { recursive: true, mode: 0o700 });
  const file = join(home, 'gitconfig');
  await writeFile(file, configuration(login), { mode: 0o600 });
  const environment = {
    ...engineEnvironment(),
    ...(process.env['GIT_SSL_CAINFO'] === undefined ? {} : { GIT_SSL_CAINFO: process.env['GIT_SSL_CAINFO'] }),
    HOME: home,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: file,
    GIT_TERMINAL_PROMPT: '0',
    GIT_ALLOW_PROTOCOL: 'file:http:https',
  };
  return async (args, options) => {
    const { code, stdout, stderr } = await runProcess('git', args, { ...options, environment });
    if (code === 0) return stdout;
    throw new GitError(args, code === null ? `it did not end within ${options.timeoutMs / 1000} s` : lastLines(stderr));
  };
}

function configuration(login?: { url: string; token: string }): string {
  const header = ({ url, token }: { url: string; token: string }) => {
    const basic = Buffer.from(`x-access-token:${token}`).toString('base64');
    return `[http "${new URL(url).origin}/"]\n\textraHeader = Authorization: Basic ${basic}\n`;
  };
  const base = '[safe]\n\tdirectory = *\n[core]\n\thooksPath = /dev/null\n[advice]\n\tdetachedHead = false\n';
  return login && /^https?:/i.test(login.url) ? base + header(login) : base;
}
