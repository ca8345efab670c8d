/**
 * The sandbox that a candidate runs in, as words of `docker run`. Whatever the policy asks for, there is no network, no capability, no new
 * privilege, and a limit on processes, memory and processors.
 *
 * A flag that a machine does not have ends the container before it starts (exit code 125), which is no verdict. None is ever left out.
 */
import { shellWord } from './shell-word.ts';

export interface Sandbox {
  /** `<uid>:<gid>`; nobody, unless the policy says otherwise. */
  user?: string;
  /** The root file system can be written to. What is written is on the run's own disk, without a limit of ours. */
  writable?: boolean;
  /** Folders that can be written to beside /tmp, in memory, so within the memory limit. */
  tmpfs?: string[];
}

const NOBODY = '65534:65534';

/** Text for a POSIX shell. `network`: such text too, for a client that asks the candidate; it gets less memory. */
export const sandboxWords = (
  { user = NOBODY, writable = false, tmpfs = [] }: Sandbox = {},
  { network = 'none', memory = '1g' }: { network?: string; memory?: string } = {},
): string =>
  [
    `--network ${network}`,
    ...(writable ? [] : ['--read-only']),
    // With its mode, or it has that of the image's folder: https://github.com/opencontainers/runc/issues/3911 (before runc 1.1.8, always).
    ...['/tmp', ...tmpfs].map((folder) => `--tmpfs ${shellWord(`${folder}:mode=1777`)}`),
    `--cap-drop ALL --security-opt no-new-privileges --user ${shellWord(user)}`,
    `--pids-limit 256 --memory ${memory} --cpus 1 --no-healthcheck`,
  ].join(' ');
