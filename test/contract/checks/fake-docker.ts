/** A folder as a run of Azure has it, with the files of a check's plan, and a `docker` on the path that is a shell script. */
import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { planScript } from '../../../shared/domain/checks/script.ts';
import { formatReference, host, repository } from '../../../shared/domain/reference.ts';
import { A } from '../../unit/domain/gate-builders.ts';

export interface CheckRun {
  nonce: string;
  candidate: string;
  script: string;
  /** Runs the check of a candidate that is this shell script. `pull` and `fill`: exit codes of these steps. */
  with(
    candidate: string,
    options?: { pull?: number; fill?: number; timeoutSeconds?: number },
  ): Promise<{ code: number | null; log: string; errors: string }>;
  /** The arguments of each call of `docker`, in order. */
  calls(): Promise<string[]>;
  candidateRuns(): Promise<string[]>;
  inVolume(path: string): Promise<string>;
  remove(): Promise<void>;
}

const DOCKER = `#!/bin/sh
echo "$*" >>"$FAKE/calls"
case "$1 $2" in
'volume create') echo fresh-volume ;;
'pull --quiet') exit "$FAKE_PULL" ;;
'run --rm')
  case "$*" in
  *'--entrypoint tar'*)
    [ "$FAKE_FILL" = 0 ] || { cat >/dev/null; exit "$FAKE_FILL"; }
    exec tar -xf - -C "$FAKE/volume"
    ;;
  *) exec env -i PATH="$PATH" sh "$FAKE/candidate.sh" ;;
  esac
  ;;
esac
`;

export async function checkRun(): Promise<CheckRun> {
  const folder = await mkdtemp(join(tmpdir(), 'gated-import-check-'));
  const nonce = '5ec7e75ec7e7';
  const script = 'node --version\n';
  const candidate = {
    host: host.parse('quarantine.azurecr.io'),
    repository: repository.parse('node/library/node'),
    digest: A,
  };
  const plan = planScript(
    { kind: 'script', name: 'functional', script, timeoutSeconds: 240, hash: 'h' },
    { candidate, runnerImage: 'docker:28-cli', nonce },
  );
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
    script,
    calls,
    candidateRuns: async () => (await calls()).filter((call) => call.includes('/gate/test.sh')),
    inVolume: (path) => readFile(join(folder, 'volume', path), 'utf8'),
    remove: () => rm(folder, { recursive: true, force: true }),
    async with(body, { pull = 0, fill = 0, timeoutSeconds = 60 } = {}) {
      await writeFile(join(folder, 'candidate.sh'), body);
      return runScript(join(folder, 'run'), {
        PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
        TMPDIR: folder,
        FAKE: folder,
        FAKE_PULL: String(pull),
        FAKE_FILL: String(fill),
        RUNNER: 'docker:28-cli',
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
