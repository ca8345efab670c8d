/** Every command that a page shows, typed in as it stands there; and that docs/cli.md has every command. */
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it, test } from 'vitest';
import { commands } from '../../../cli/run.ts';
import { digest, tag } from '../../../shared/domain/reference.ts';
import { blocksOf, type Block } from '../../pages/blocks.ts';
import { done, MINUTE, NOW } from '../domain/gate-builders.ts';
import { SETTINGS } from '../domain/policy-fixture.ts';
import { functionWorld, type FunctionWorld } from '../functions/world.ts';
import { serve, type Served } from './served.ts';
import { gatedImport } from './terminal.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const page = readFileSync(join(root, 'docs/cli.md'), 'utf8');
const EXAMPLE = join(root, 'examples/hello-world/policy');
const NEWER = digest.parse('sha256:1bc04b5291c26a46d918139138b992d2de976d6851d0893b0476b85bfbdfc6e6');
const OLDER = digest.parse('sha256:6db7d803e74f1ffa7d8f5adc0bf95b3e15bf4c8373fffadf546227cc6c6742cb');
const APPROVAL = '    approval: { quorum: 1, role: release-manager, expires: 7d }';

const withApproval = (text: string) => text.replace(APPROVAL.replace('    ', '    # '), APPROVAL);
const filesIn = (folder: string) =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true })
      .filter((one) => one.isFile())
      .map((one) => join(one.parentPath, one.name))
      .map((path): [string, string] => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]),
  );

let world: FunctionWorld;
let app: Served;
beforeEach(async () => {
  const files = filesIn(EXAMPLE);
  const gates = withApproval(files['gates.yaml'] ?? '');
  world = functionWorld({
    gates: {},
    settings: SETTINGS,
    files: { 'checks/node.sh': undefined, 'apps/web.yaml': undefined, ...files, 'gates.yaml': gates },
  });
  app = await serve(world, { at: NOW });
  mkdirSync(join(app.folder, 'examples/hello-world'), { recursive: true });
  cpSync(EXAMPLE, join(app.folder, 'examples/hello-world/policy'), { recursive: true });
  cpSync(EXAMPLE, join(app.folder, 'changed'), { recursive: true });
  writeFileSync(join(app.folder, 'changed/gates.yaml'), gates.replace('quorum: 1', 'quorum: 2'));

  const checkHash = world.policy.gates['node']?.checks[0]?.hash ?? '';
  const unique = tag.parse('15-alpine-ca1');
  const passed = (of: typeof NEWER) => ({ functional: done('pass', { checkHash, digest: of }) });
  const covers = { subject: OLDER, checks: { functional: { hash: checkHash, verdict: 'pass' as const } } };
  const given = [{ by: 'oid-ada', why: 'fine', at: NOW, role: 'release-manager' as const, covers }];
  await world.setGate({ sequence: 2, upstream: { digest: NEWER, since: NOW, sequence: 2 } });
  await world.setCandidate(
    {
      digest: OLDER,
      subject: OLDER,
      approvals: { since: NOW - 3 * MINUTE, given },
      settled: { outcome: { kind: 'promoted', unique }, at: NOW - MINUTE, checkHashes: [checkHash] },
    },
    passed(OLDER),
  );
  await world.setCandidate(
    { digest: NEWER, sequence: 2, subject: NEWER, seenSince: NOW - 60 * MINUTE, approvals: { since: NOW, given: [] } },
    passed(NEWER),
  );
});
afterEach(() => app.close());

const answers = blocksOf('answer');
const answerTo = ({ page: of, line, text }: Block) =>
  answers.find((one) => one.page === of && one.line === line + text.split('\n').length + 2)?.text.trimEnd();
const commandBlocks = blocksOf('command').map((block) => ({ ...block, answer: answerTo(block) }));
const answered = commandBlocks.flatMap(({ answer, text, ...at }) =>
  answer === undefined ? [] : [{ ...at, typed: text.trim(), answer }],
);
const unanswered = commandBlocks.flatMap(({ answer, text, ...at }) =>
  answer === undefined
    ? text
        .trim()
        .split('\n')
        .map((typed) => ({ ...at, typed }))
    : [],
);
const wordsIn = (typed: string) =>
  (typed.match(/'[^']*'|\S+/g) ?? [])
    .slice(1)
    .map((word) => word.replaceAll("'", ''))
    .map((word) => (word.startsWith('docs/') ? join(root, word) : word));

it('has examples', () => {
  expect(answered.map(({ typed }) => typed.split(' ')[1])).toEqual([
    'explain',
    'approve',
    'check',
    'what-if',
    'verify',
  ]);
  expect(answered).toHaveLength(answers.length);
});

test.each(answered)('$page:$line: $typed answers what the page says', async ({ typed, answer }) => {
  const { said, complained } = await app.type(wordsIn(typed));

  expect([said, complained]).toEqual([answer, '']);
});

// The page does not say what is answered: that is for the state of the moment to say.
test.each(unanswered)('$page:$line: $typed is understood, and asked of the app', async ({ typed }) => {
  const { code } = await app.type(wordsIn(typed));

  expect(code).toBeLessThan(2);
  expect(app.requests).not.toEqual([]);
});

it('has every command, and no other', () => {
  const rows = page.slice(page.indexOf('| command'), page.indexOf('`gated-import <command> --help`'));
  const named = [...rows.matchAll(/`([a-z][a-z-]*)(?: push)?(?: [<[][^`]*)?`/g)].map(([, name]) => name);

  expect(new Set(named)).toEqual(new Set(Object.keys(commands)));
  expect(named).toHaveLength(Object.keys(commands).length);
});

test.each(Object.keys(commands))('%s --help says how it is used, and with which exit codes', async (name) => {
  const { code, said, complained } = await gatedImport([name, '--help']);

  expect([code, complained]).toEqual([0, '']);
  expect(said).toMatch(new RegExp(`^gated-import ${name}\\b`));
  expect(said).toMatch(/Exit code 0: .+\s2:\s.*not\s+understood\.$/s);
});
