/**
 * A folder as a run of Azure has it, with the files of a scan's plan, and a `docker` on the path that is a shell script: volumes are folders,
 * and the scanner is a shell script too.
 */
import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planVulnerabilities } from '../../../shared/domain/checks/vulnerabilities/plan.ts';
import type { VulnerabilitiesCheck } from '../../../shared/domain/check.ts';
import { formatReference, host, repository, type Digest } from '../../../shared/domain/reference.ts';
import { A, B, C } from '../../unit/domain/gate-builders.ts';
import { check, NONCE } from '../../unit/domain/checks/vulnerabilities/scan-builders.ts';

export interface ScanRun {
  /** Runs the scan with a scanner that is this shell script; `$1` is the first argument of the check. `fails`: a call that exits with 1. */
  with(
    scanner: string,
    options?: { check?: Partial<VulnerabilitiesCheck>; current?: true; fails?: string },
  ): Promise<{ code: number | null; log: string; errors: string }>;
  /** The arguments of each call of `docker`, in order. */
  calls(): Promise<string[]>;
  scannerRuns(): Promise<string[]>;
  remove(): Promise<void>;
}

/** A volume at `/volume` is a folder: the trusted side's own scripts are told where it is. */
const DOCKER = `#!/bin/sh
printf '%s\\n' "$*" >>"$FAKE/calls"
case "$*" in "$FAKE_FAILS"*) exit 1 ;; esac
case "$1 $2" in
'volume create') echo "volume-$(wc -l <"$FAKE/calls")"; mkdir -p "$FAKE/volumes/volume-$(wc -l <"$FAKE/calls")" ;;
'image inspect') echo "id-of-$5" ;;
'create --network') echo made ;;
'save '*) echo "saved $2" ;;
'cp '*) cd "$FAKE/database" && tar -cf - cache ;;
'run --rm')
  case "$*" in
  *'--entrypoint sh'*)
    volume=\${7%%:*}
    for last in "$@"; do :; done
    exec sh -c "$(printf '%s' "$last" | sed "s#/volume#$FAKE/volumes/$volume#g; s/chown -R [0-9:]*/true/")"
    ;;
  *) exec env -i PATH="$PATH" sh "$FAKE/scanner.sh" ;;
  esac
  ;;
esac
`;

export async function scanRun(): Promise<ScanRun> {
  const folder = await mkdtemp(join(tmpdir(), 'gated-import-scan-'));
  for (const name of ['run', 'bin', 'volumes', 'database/cache/db'])
    await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, 'bin/docker'), DOCKER);
  await chmod(join(folder, 'bin/docker'), 0o755);
  await writeFile(join(folder, 'database/cache/db/metadata.json'), '{"UpdatedAt":"2026-03-02T00:00:00Z"}');
  await writeFile(join(folder, 'calls'), '');

  const calls = async () => (await readFile(join(folder, 'calls'), 'utf8')).split('\n').filter(Boolean);
  return {
    calls,
    scannerRuns: async () => (await calls()).filter((call) => call.startsWith('run --rm --name scanner-')),
    remove: () => rm(folder, { recursive: true, force: true }),
    async with(scanner, { check: change = {}, current, fails = 'nothing' } = {}) {
      const plan = planVulnerabilities(check(change), {
        ...{ candidate: image('node', A), scanner: image('trivy', C), platform: 'linux/amd64' },
        ...(current ? { current: image('node', B) } : {}),
        ...{ runnerImage: 'docker:28-cli', nonce: NONCE },
      });
      await writeFile(join(folder, 'scanner.sh'), scanner);
      for (const { path, text } of plan.files) await writeFile(join(folder, 'run', path), text);
      return runScript(join(folder, 'run'), {
        PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
        TMPDIR: folder,
        FAKE: folder,
        FAKE_FAILS: fails,
        ...Object.fromEntries(plan.values.map(({ name, value }) => [VARIABLES[name] ?? name, value])),
      });
    },
  };
}

/** As the task file hands the values on. */
const VARIABLES: Record<string, string> = {
  ...{ runner: 'RUNNER', candidate: 'CANDIDATE', current: 'CURRENT', platform: 'PLATFORM', scanner: 'SCANNER' },
  ...{
    database: 'DATABASE',
    databasePath: 'DATABASE_PATH',
    databaseDated: 'DATABASE_DATED',
    nonce: 'NONCE',
    timeout: 'TIMEOUT',
  },
};

const image = (name: string, digest: Digest) => ({
  host: host.parse('quarantine.azurecr.io'),
  repository: repository.parse(name),
  digest,
});

export const reference = (name: string, digest: Digest): string => formatReference(image(name, digest));

function runScript(cwd: string, env: Record<string, string>) {
  const child = spawn('sh', ['run-scan.sh'], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (log += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  return new Promise<{ code: number | null; log: string; errors: string }>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, log, errors }));
  });
}
