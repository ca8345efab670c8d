/** `gated-import doctor` against the emulated Azure, as somebody who may only read: a good system has nothing wrong, and each fault is found as itself. */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, test } from 'vitest';
import { repositoryRoot } from '../../../local/layout.ts';
import type { Finding } from '../../../shared/domain/doctor/finding.ts';
import { blocksOf } from '../../pages/blocks.ts';
import { answering } from '../../unit/cli/served.ts';
import { gatedImport } from '../../unit/cli/terminal.ts';
import { openDoctorSystem, type DoctorSystem } from './doctor-system.ts';
import { carryOut } from './az-role-assignment.ts';
import { faults, type Fault } from './faults.ts';
import { takeAway } from './provision.ts';
import { rights } from './rights.ts';

let system: DoctorSystem;
beforeAll(async () => {
  system = await openDoctorSystem();
});
afterAll(() => system.close());

async function examine(): Promise<{ code: number; findings: Finding[] }> {
  const { folder, signIn } = system;
  const { code, said, complained } = await gatedImport(
    ['doctor', 'policy', '--settings', 'settings.json', '--json'],
    {},
    { folder, signIn },
  );
  if (said === '') throw new Error(complained);
  return { code, findings: (JSON.parse(said) as { findings: Finding[] }).findings };
}

it('finds nothing wrong where everything is as the templates make it', async () => {
  expect(await examine()).toEqual({ code: 0, findings: [] });
});

function faultNamed(name: string): Fault {
  const fault = faults[name]?.(system);
  if (!fault) throw new Error(`there is no fault "${name}"`);
  return fault;
}

async function during<T>(name: string, look: () => Promise<T>): Promise<T> {
  const { make, mend } = faultNamed(name);
  await make();
  try {
    return await look();
  } finally {
    await mend();
  }
}

it.each(Object.keys(faults))('finds %s, and nothing else', async (name) => {
  const { code = 1, found } = faultNamed(name);

  const outcome = await during(name, examine);

  expect(outcome).toMatchObject({ code, findings: found });
});

it.each(Object.keys(rights))('says what gives back the right of %s, and it does', async (name) => {
  const right = await rights[name]?.(system);
  if (!right) throw new Error(`there is no right "${name}"`);
  await takeAway(system, right.given);

  const { findings } = await examine();
  for (const { fix } of findings) await carryOut(fix, system);
  const after = await examine();

  expect(findings).toMatchObject([{ code: 'missing-right', where: right.given.scope }]);
  expect(findings[0]?.what).toContain(right.lacks);
  expect(after).toEqual({ code: 0, findings: [] });
});

it('finds nothing wrong any more when all of that is mended', async () => {
  expect(await examine()).toEqual({ code: 0, findings: [] });
});

const [shown] = blocksOf('findings');

test.each(blocksOf('doctor'))('$page:$line answers a person what the page shows', async ({ text }) => {
  const args = text.trim().split(' ').slice(1);

  const { said } = await during("a build task's own base-image trigger", () => gatedImport(args, {}, system));

  expect(`${said}\n`).toBe(shown?.text);
});

const program = promisify(execFile);
const PROGRAM = join(repositoryRoot, 'cli/gated-import.mjs');

it('is a program, which signs in as the machine does', async () => {
  const env = { PATH: process.env['PATH'], ...system.surroundings };

  const args = [PROGRAM, 'doctor', 'policy', '--settings', 'settings.json'];
  const { stdout, stderr } = await program(process.execPath, args, { cwd: system.folder, env });

  expect([stdout, stderr]).toEqual(['nothing is wrong\n', '']);
});

it('finds the local system in the folder, signs in there, and asks the app for its health', async () => {
  const asked: string[] = [];
  const app = await answering((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(503).end('{"wrong":["no sweep has ended for half an hour"]}');
  });
  const environment = { ...system.surroundings, ARM_ENDPOINT: system.settings['ARM_ENDPOINT'] };
  const local = { app: app.url, people: [], policySettings: {}, settings: system.settings, environment };
  await mkdir(join(system.folder, '.local'));
  await writeFile(join(system.folder, '.local/endpoints.json'), JSON.stringify(local));

  const args = [PROGRAM, 'doctor', 'policy'];
  const outcome = await program(process.execPath, args, {
    cwd: system.folder,
    env: { PATH: process.env['PATH'] },
  }).catch((error: unknown) => error);
  await app.close();

  expect(outcome).toMatchObject({ code: 1, stderr: '' });
  expect(asked).toEqual(['/api/health']);
  expect((outcome as { stdout: string }).stdout).toContain(
    `error     the app says: no sweep has ended for half an hour\n  where   ${app.url}\n`,
  );
});
