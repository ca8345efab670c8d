/** A folder as a run of Azure has it, with the files of a check's plan, and a `docker` on the path that is a shell script. */
import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { planProbe } from '../../../shared/domain/checks/probe.ts';
import { planScript } from '../../../shared/domain/checks/script.ts';
import type { ProbeCheck, ScriptCheck } from '../../../shared/domain/check.ts';
import { formatReference, host, repository } from '../../../shared/domain/reference.ts';
import { A } from '../../unit/domain/gate-builders.ts';

export interface CheckRun {
  nonce: string;
  candidate: string;
  /**
   * Runs the check of a candidate that is this shell script, asked by a client that is the other one. `pull` and `fill`: exit codes of
   * these steps.
   */
  with(
    candidate: string,
    options?: { client?: string; pull?: number; fill?: number; timeoutSeconds?: number },
  ): Promise<{ code: number | null; log: string; errors: string }>;
  /** The arguments of each call of `docker`, in order. */
  calls(): Promise<string[]>;
  candidateRuns(): Promise<string[]>;
  clientRuns(): Promise<string[]>;
  inVolume(path: string): Promise<string>;
  remove(): Promise<void>;
}

/** A container is a process; its id is in a file of its name. It is ended by SIGPIPE, of which a shell says nothing. */
const DOCKER = `#!/bin/sh
[ "$1 $2" = 'container inspect' ] || echo "$*" >>"$FAKE/calls"
pid_of() { cat "$FAKE/$1.pid" 2>/dev/null || echo none; }
case "$*" in
'volume create') echo fresh-volume ;;
'pull --quiet'*) exit "$FAKE_PULL" ;;
'container inspect'*candidate-*) kill -0 "$(pid_of candidate)" 2>/dev/null && echo true ;;
*'--entrypoint tar'*)
  [ "$FAKE_FILL" = 0 ] || { cat >/dev/null; exit "$FAKE_FILL"; }
  exec tar -xf - -C "$FAKE/volume"
  ;;
'run --name candidate-'*) echo $$ >"$FAKE/candidate.pid"; exec env -i PATH="$PATH" sh "$FAKE/candidate.sh" ;;
'run --name client-'*) echo $$ >"$FAKE/client.pid"; exec env -i PATH="$PATH" FAKE="$FAKE" sh "$FAKE/client.sh" ;;
'rm --force --volumes candidate-'*) kill -PIPE "$(pid_of candidate)" 2>/dev/null ;;
'rm --force --volumes client-'*) kill -PIPE "$(pid_of client)" 2>/dev/null ;;
esac
`;

const CANDIDATE = {
  host: host.parse('quarantine.azurecr.io'),
  repository: repository.parse('node/library/node'),
  digest: A,
};
export const RUNNER = 'docker:28-cli';
export const CLIENT = `docker.io/library/alpine@sha256:${'c'.repeat(64)}`;

export async function checkRun(check: ScriptCheck | ProbeCheck): Promise<CheckRun> {
  const folder = await mkdtemp(join(tmpdir(), 'gated-import-check-'));
  const nonce = '5ec7e75ec7e7';
  const candidate = CANDIDATE;
  const facts = { candidate, runnerImage: RUNNER, clientImage: CLIENT, nonce };
  const plan = check.kind === 'script' ? planScript(check, facts) : planProbe(check, facts);
  for (const { path, text } of plan.files) {
    await mkdir(dirname(join(folder, 'run', path)), { recursive: true });
    await writeFile(join(folder, 'run', path), text);
  }
  await mkdir(join(folder, 'volume'));
  await mkdir(join(folder, 'bin'));
  await writeFile(join(folder, 'bin/docker'), DOCKER);
  await chmod(join(folder, 'bin/docker'), 0o755);
  await writeFile(join(folder, 'calls'), '');

  const calls = async () => (await readFile(join(folder, 'calls'), 'utf8')).split('\n').filter(Boolean);
  return {
    nonce,
    candidate: formatReference(candidate),
    calls,
    candidateRuns: async () => (await calls()).filter((call) => call.startsWith('run --name candidate-')),
    clientRuns: async () => (await calls()).filter((call) => call.startsWith('run --name client-')),
    inVolume: (path) => readFile(join(folder, 'volume', path), 'utf8'),
    remove: () => rm(folder, { recursive: true, force: true }),
    async with(body, { client = 'exit 0', pull = 0, fill = 0, timeoutSeconds = 60 } = {}) {
      await writeFile(join(folder, 'candidate.sh'), body);
      await writeFile(join(folder, 'client.sh'), client);
      return runScript(join(folder, 'run'), {
        PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
        TMPDIR: folder,
        FAKE: folder,
        FAKE_PULL: String(pull),
        FAKE_FILL: String(fill),
        RUNNER,
        CLIENT,
        CANDIDATE: formatReference(candidate),
        NONCE: nonce,
        TIMEOUT: String(timeoutSeconds),
      });
    },
  };
}

function runScript(cwd: string, env: Record<string, string>) {
  const child = spawn('sh', ['run-check.sh'], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (log += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  return new Promise<{ code: number | null; log: string; errors: string }>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, log, errors }));
  });
}
