/** `gated-import check` and `what-if`: a policy read as the app reads it, and what it would have decided. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { GATES, GROUP, SETTINGS } from '../domain/policy-fixture.ts';
import { digest as digestSchema, tag } from '../../../shared/domain/reference.ts';
import { A, digestOf, done, MINUTE, NOW, subjectOf } from '../domain/gate-builders.ts';
import { functionWorld, type FunctionWorld } from '../functions/world.ts';
import { serve, type Served } from './served.ts';
import { gatedImport } from './terminal.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gated-import-policy-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Writes the policy of the tests, with this change to it; answers its folder. */
async function policy(from = '', to = ''): Promise<string> {
  if (!GATES.includes(from)) throw new Error(`the policy has no "${from}"`);
  const files = {
    'gates.yaml': GATES.replace(from, () => to),
    'apps/web.yaml': GROUP,
    'checks/node.sh': 'node --version\n',
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, 'policy', path)), { recursive: true });
    await writeFile(join(folder, 'policy', path), text);
  }
  return join(folder, 'policy');
}
const set = Object.entries(SETTINGS).flatMap(([name, value]) => ['--set', `${name}=${value}`]);

describe('check', () => {
  it('of a valid policy says what is in it', async () => {
    expect(await gatedImport(['check', await policy(), ...set])).toEqual({
      code: 0,
      said: `${folder}/policy is valid: 1 gate, 1 image, 1 app`,
      complained: '',
    });
  });

  it('takes the folder from where it was called, and settings from the environment by the rules of the app', async () => {
    await policy();

    expect(await gatedImport(['check', 'policy'], SETTINGS, { folder })).toMatchObject({ code: 0 });
  });

  it('says every problem at once, with its place', async () => {
    await policy('soak: 3d', 'soak: soon\n    follow: me');

    const { code, said, complained } = await gatedImport(['check', 'policy', ...set], {}, { folder });

    expect([code, said]).toEqual([1, '']);
    expect(complained.split('\n')).toEqual([
      expect.stringMatching(/^gates.yaml:8:11 {2}gate "node": .*soon/),
      expect.stringMatching(/^gates.yaml:9:5 {2}gate "node": .*follow/),
      'policy is not valid: 2 problems',
    ]);
  });

  it('shows warnings, and is valid all the same', async () => {
    await policy('    build: { task: hello-build, pass: { BASE_IMAGE: node } }\n', '');

    expect(await gatedImport(['check', 'policy', ...set], {}, { folder })).toEqual({
      code: 0,
      said: expect.stringMatching(
        /^gates\.yaml:13:3 {2}app "web": image "hello" is built from no gate, .* \(warning\)\npolicy is valid/,
      ) as string,
      complained: '',
    });
  });

  it('says which settings are missing, and leaves them open where it is asked to', async () => {
    await policy();
    const part = ['--set', 'PUBLIC_REGISTRY=public.example.com'];

    const missing = await gatedImport(['check', 'policy', ...part], {}, { folder });
    const open = await gatedImport(['check', 'policy', ...part, '--any'], {}, { folder });

    expect(missing.code).toBe(1);
    expect(missing.complained).toMatch(/gates.yaml:5:9 .*"\$\{BASE_REGISTRY\}" is not declared/);
    expect(open).toEqual({
      code: 0,
      said: 'policy is valid: 1 gate, 1 image, 1 app\nleft open: BASE_REGISTRY, TEAM_REGISTRY; with values of its own there may be more to say',
      complained: '',
    });
  });

  it('answers programs in JSON', async () => {
    const valid = await gatedImport(['check', await policy(), ...set, '--json']);
    const invalid = await gatedImport(['check', await policy('soak: 3d', 'soak: soon'), ...set, '--json']);

    expect(JSON.parse(valid.said)).toMatchObject({ valid: true, gates: ['node'], apps: ['web'], warnings: [] });
    expect(invalid.code).toBe(1);
    expect(JSON.parse(invalid.said)).toMatchObject({
      valid: false,
      problems: [{ file: 'gates.yaml', line: 8, column: 11 }],
    });
  });

  test.each([
    [['check'], '<policy folder> is missing'],
    [['check', 'nowhere'], '"nowhere" is no folder'],
    [['check', 'one', 'two'], '"two" is one argument too many'],
    [['check', '.', '--set', 'BASE'], '--set: write NAME=value, with a name in capitals; "BASE" is something else'],
    [['check', '.', '--quick'], "Unknown option '--quick'"],
  ])('%j is not understood', async (args, why) => {
    const { code, complained } = await gatedImport(args, {}, { folder });

    expect(code).toBe(2);
    expect(complained).toBe(`check: ${why}\ngated-import check --help says how it is used.`);
  });
});

describe('what-if', () => {
  let world: FunctionWorld;
  let app: Served;
  beforeEach(async () => {
    world = functionWorld({ gates: {} });
    app = await serve(world, { at: NOW });
    const checkHash = world.policy.gates['node']?.checks[0]?.hash ?? '';
    const unique = tag.parse('15-alpine-ca1');
    await world.setCandidate(
      {
        digest: A,
        subject: subjectOf(A),
        seenSince: NOW - 5 * 24 * 60 * MINUTE,
        settled: { outcome: { kind: 'promoted', unique }, at: NOW, checkHashes: [checkHash] },
      },
      { functional: done('pass', { checkHash }) },
    );
  });
  afterEach(() => app.close());

  it('of the policy that is in force turns nothing over', async () => {
    expect(await app.type(['what-if', await policy()])).toEqual({
      code: 0,
      said: '1 recorded: 0 would be decided otherwise, 0 cannot be known',
      complained: '',
    });
  });

  it('lists a decision that would be another one, and why', async () => {
    const changed = await policy('soak: 3d', 'soak: 3d\n    approval: {}');

    expect(await app.type(['what-if', changed])).toEqual({
      code: 1,
      said: [
        `digest ${A} of gate node: was promoted as 15-alpine-ca1; would wait: it waits for approval by people with the role release-manager: 0 of 1 given`,
        '1 recorded: 1 would be decided otherwise, 0 cannot be known',
      ].join('\n'),
      complained: '',
    });
  });

  it('says that a check which is another one has no verdict yet', async () => {
    const changed = await policy('timeout: 4m', 'timeout: 5m');

    const { code, said } = await app.type(['what-if', changed]);

    expect(code).toBe(1);
    expect(said).toContain(
      `digest ${A} of gate node: was promoted as 15-alpine-ca1; cannot be known: to be checked: functional`,
    );
    expect(said).toContain('0 would be decided otherwise, 1 cannot be known');
  });

  it('says what cannot be compared: another upstream, another target, a gate that is gone, a new one', async () => {
    const other = await policy('from: ${PUBLIC_REGISTRY}/node:15-alpine', 'from: ${PUBLIC_REGISTRY}/node:16-alpine');
    expect((await app.type(['what-if', other])).said).toContain(
      'gate node would follow public.example.com/node:16-alpine, and no longer public.example.com/node:15-alpine',
    );
    const moved = await policy('to: ${BASE_REGISTRY}/node:15-alpine', 'to: ${BASE_REGISTRY}/node:15');
    expect((await app.type(['what-if', moved])).said).toContain(
      'gate node would promote to base.azurecr.io/node:15, and no longer to base.azurecr.io/node:15-alpine',
    );
    await policy();
    await writeFile(
      join(folder, 'policy', 'gates.yaml'),
      GATES.slice(0, GATES.indexOf('images:')).replace('  node:', '  nodejs:'),
    );
    await rm(join(folder, 'policy', 'apps', 'web.yaml'));
    expect((await app.type(['what-if', join(folder, 'policy')])).said).toContain(
      'gate node is not in this policy: it would promote nothing any more\ngate nodejs is new: nothing is recorded of it',
    );
  });

  it('reads every page of what was recorded', async () => {
    for (let index = 0; index < 120; index++) {
      const digest = digestSchema.parse(digestOf('b').replace(/.{4}$/, String(index).padStart(4, '0')));
      await world.setCandidate({ digest, sequence: index + 2 });
    }

    expect((await app.type(['what-if', await policy()])).said).toContain('121 recorded');
    expect(app.requests).toHaveLength(3);
  });

  it('answers programs in JSON', async () => {
    const { said } = await app.type(['what-if', await policy('soak: 3d', 'soak: 9d'), '--json']);

    expect(JSON.parse(said)).toMatchObject({
      candidates: 1,
      notes: [],
      flips: [{ gate: 'node', digest: A, kind: 'flips', was: 'was promoted as 15-alpine-ca1' }],
    });
  });

  it('asks nobody about a policy that is not valid', async () => {
    const { code, complained } = await app.type(['what-if', await policy('soak: 3d', 'soak: soon')]);

    expect(code).toBe(1);
    expect(complained).toContain('is not valid: 1 problem');
    expect(app.requests).toEqual([]);
  });
});
