/** The layers are rules of the linter. Each is proved by a file that breaks it, and by one beside it that is allowed. */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));

interface Case {
  sentence: string;
  file: string;
  code: string;
  /** The rule that speaks; none for code that is allowed. */
  rule?: string;
}

export const imports = 'eslint(no-restricted-imports)';
export const globals = 'eslint(no-restricted-globals)';
export const properties = 'eslint(no-restricted-properties)';

/** What the cases import. */
const SURROUNDINGS: Record<string, string> = {
  'shared/ports.ts': 'export interface Ports { name: string }',
  'shared/ports/ledger.ts': 'export interface Ledger { name: string }',
  'shared/domain/reference.ts': "export const host = 'localhost';",
  'shared/azure/clients.ts': 'export const createClients = () => undefined;',
  'orchestrations/sleep.ts': 'export const sleep = 1;',
  'orchestrations/run-gate.ts': 'export const runGate = 1;',
  'functions/activities/gate/look-at-gate.ts': 'export const lookAtGate = 1;',
  'test/fakes/ports.ts': 'export const fakePorts = 1;',
  'local/clock.ts': 'export const realClock = 1;',
  'local/local.ts': 'export const startLocal = 1;',
  'local/other.ts': "import { one } from './circle.ts';\nexport const other = () => one;",
};

/** A test for each case: they are written into a folder of their own, which is linted once, by this repository's rules. */
export function proves(cases: Case[]): void {
  let folder: string;
  let found: { filename: string; code: string }[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gated-import-lint-'));
    for (const name of ['.oxlintrc.json', 'tsconfig.json', 'package.json'])
      await cp(join(root, name), join(folder, name));
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
    const files = { ...SURROUNDINGS, ...Object.fromEntries(cases.map(({ file, code }) => [file, code])) };
    for (const [file, code] of Object.entries(files)) {
      await mkdir(join(folder, dirname(file)), { recursive: true });
      await writeFile(join(folder, file), `${code}\n`);
    }
    found = await lint(folder);
  });
  afterAll(() => rm(folder, { recursive: true }));

  test.each(cases)('$sentence', ({ file, rule }) => {
    const rules = found.filter(({ filename }) => filename === file).map(({ code }) => code);

    if (rule === undefined) expect(rules).toEqual([]);
    else expect(rules).toContain(rule);
  });
}

/** The linter ends with an error, since there is something to find. */
function lint(folder: string): Promise<{ filename: string; code: string }[]> {
  const oxlint = join(root, 'node_modules', '.bin', 'oxlint');
  return new Promise((resolve, reject) => {
    execFile(oxlint, ['--type-aware', '--format=json'], { cwd: folder }, (error, stdout) => {
      if (error?.code !== 1)
        return reject(new Error(`oxlint found nothing or did not run: ${stdout}`, { cause: error }));
      resolve((JSON.parse(stdout) as { diagnostics: { filename: string; code: string }[] }).diagnostics);
    });
  });
}
