/**
 * Makes sure that this machine has what a command needs: `node local/setup/machine.ts containers test-tools bicep`.
 *
 * Says nothing when all is there. On Debian and Ubuntu, as root, it installs what is missing with apt-get, and says so; elsewhere it
 * says what to type.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BicepMissing, ensureBicep } from './bicep.ts';
import { findBusybox } from './busybox.ts';
import { withLock } from './lock.mjs';
import { MachineLacks, missingOn, type Machine, type Need } from './requirements.ts';

const DOCKER_ANSWERS_WITHIN_MS = 5_000;
/** How long apt-get waits for another one that holds dpkg's lock, such as unattended upgrades. */
const APT_LOCK_TIMEOUT_SECONDS = 300;

const given = process.argv.slice(2);
const needs = given.filter((each) => each !== 'bicep').map(readNeed);
try {
  if (missingOn(look(), needs).length > 0) await withLock(join('.local', 'setup.lock'), () => mend(needs));
  if (given.includes('bicep')) await ensureBicep();
} catch (error) {
  if (!(error instanceof MachineLacks) && !(error instanceof BicepMissing)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

function readNeed(text: string): Need {
  if (text === 'containers' || text === 'test-tools') return text;
  throw new Error(`"${text}" is nothing this knows how to look for: containers, test-tools, bicep`);
}

function look(): Machine {
  const folders = (process.env.PATH ?? '').split(':').filter(Boolean);
  const has = (program: string) => folders.some((folder) => existsSync(join(folder, program)));
  return {
    docker: has('docker') && dockerAnswers(),
    programs: new Set(['podman', 'git', 'curl', 'skopeo', 'docker-registry'].filter(has)),
    staticBusybox: findBusybox() !== undefined,
    aptGet: has('apt-get'),
    root: process.getuid?.() === 0,
  };
}

/** The client alone is not enough: it is often there without a daemon, or without the right to talk to it. */
function dockerAnswers(): boolean {
  const { status } = spawnSync('docker', ['version', '--format', '{{.Server.Version}}'], {
    stdio: 'ignore',
    timeout: DOCKER_ANSWERS_WITHIN_MS,
  });
  return status === 0;
}

function mend(wanted: Need[]): void {
  const machine = look();
  const missing = missingOn(machine, wanted);
  if (missing.length === 0) return;
  if (!machine.aptGet || !machine.root) throw new MachineLacks(missing, machine);
  const packages = missing.flatMap((lack) => lack.packages);
  console.error(
    `This machine lacks ${missing.map(({ what }) => what).join(', ')}; installing with apt-get: ${packages.join(' ')}`,
  );
  aptGet('update');
  aptGet('install', '-y', ...packages);
  const after = look();
  const still = missingOn(after, wanted);
  if (still.length > 0) throw new MachineLacks(still, after);
}

/** A failure is not judged here: `mend` looks again, and what is still missing is what a person has to install. */
function aptGet(...args: string[]): void {
  spawnSync('apt-get', ['-q', '-o', `DPkg::Lock::Timeout=${APT_LOCK_TIMEOUT_SECONDS}`, ...args], {
    stdio: ['ignore', 2, 2],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
}
