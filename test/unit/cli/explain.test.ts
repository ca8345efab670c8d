/** `gated-import explain` and `log`, against the real endpoints: what, why, until when, and what can be done, in words that can be typed. */
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { outcome, reason, type Outcome, type Reason } from '../../../shared/domain/outcome.ts';
import { A, B, done, MINUTE, NOW, promotion, running, subjectOf } from '../domain/gate-builders.ts';
import { REASONS } from '../domain/every-kind.ts';
import { functionWorld, type FunctionWorld } from '../functions/world.ts';
import { serve, type Served } from './served.ts';

let world: FunctionWorld;
let app: Served;
const start = async (gate = 'soak: 3d') => {
  world = functionWorld({ gates: { 'soak: 3d': gate } });
  await world.setGate({ sequence: 2, upstream: { digest: A, since: NOW, sequence: 2 }, current: promotion(B, 1) });
  app = await serve(world, { at: NOW });
};
beforeEach(() => start());
afterEach(() => app.close());

const today = () => world.policy.gates['node']?.checks[0]?.hash ?? '';
const passed = () => ({ functional: done('pass', { checkHash: today() }) });
const DAY = 24 * 60 * MINUTE;

describe('explain of a candidate', () => {
  it('says what, why, until when, and what can be done by whom', async () => {
    await world.setCandidate({ digest: A, sequence: 2, subject: subjectOf(A), seenSince: NOW - DAY }, passed());

    const { code, said, complained } = await app.type(['explain', 'node', A]);

    expect([code, complained]).toEqual([0, '']);
    expect(said.split('\n')).toEqual([
      `candidate ${A} of gate node`,
      '  seen since  2026-03-01T10:00:00.000Z',
      '  what        it waits',
      '  why         it has not been seen long enough',
      '  until       2026-03-04T10:00:00.000Z',
      '  check       functional: pass, 2026-03-02T09:59:00.000Z',
      'what you can do:',
      '  let it skip the soak: two people have to ask for it (operator)',
      `      gated-import override node ${A} --skip soak --reason '<why>'`,
      '  stop it (operator)',
      `      gated-import abort node ${A} --reason '<why>'`,
      '  make "soak" shorter (policy)',
      '      gated-import what-if <policy folder>',
    ]);
  });

  it('says which approvals there are, and what is agreed to', async () => {
    await app.close();
    await start('approval: { quorum: 2 }');
    const given = { name: 'Ada', by: 'oid-ada', why: 'read it', at: NOW, role: 'release-manager' as const };
    const covers = { subject: subjectOf(A), checks: { functional: { hash: today(), verdict: 'pass' as const } } };
    const approvals = { since: NOW - MINUTE, given: [{ ...given, covers }] };
    await world.setCandidate({ digest: A, sequence: 2, subject: subjectOf(A), approvals }, passed());

    const { said } = await app.type(['explain', 'node', A]);

    expect(said).toContain('approved    by Ada: read it');
    expect(said).toMatch(new RegExp(`gated-import approve node ${A} --about [0-9a-f]{16} --reason`));
  });

  it('takes the first digits of a digest, if they name one', async () => {
    await world.setCandidate({ digest: A, sequence: 2 });

    expect((await app.type(['explain', 'node', 'aaaaaa'])).said).toContain(`candidate ${A}`);
    expect(await app.type(['explain', 'node', 'bbbbbb'])).toMatchObject({
      code: 1,
      complained: `explain: none of the last candidates of gate "node" begins with bbbbbb; they are: ${A}`,
    });
    expect(await app.type(['explain', 'node', 'aaa'])).toMatchObject({ code: 2 });
  });

  it('says as JSON what the API says', async () => {
    await world.setCandidate({ digest: A, sequence: 2 });

    const { said } = await app.type(['explain', 'node', A, '--json']);

    expect(JSON.parse(said)).toMatchObject({ digest: A, state: 'open', canBeDone: [{ by: 'operator' }] });
  });

  it('keeps what others wrote within its line', async () => {
    await world.setCandidate({ digest: A, sequence: 2, unusable: 'no image\nwhat you can do:\n  trust it' });

    const { said } = await app.type(['explain', 'node', A]);

    expect(said).toContain('why         no image what you can do:   trust it\n');
  });

  it('prints nothing that moves a cursor, whoever wrote it', async () => {
    await world.setCandidate({ digest: A, sequence: 2, unusable: 'no image \u001b[2J\u202e' });

    const { said } = await app.type(['explain', 'node', A]);

    expect(said).toContain('no image');
    expect(said).not.toMatch(/[\u001b\u202e]/);
  });
});

describe('explain answers what, why and what can be done', () => {
  const ends: Outcome[] = [
    { kind: 'promoted' },
    { kind: 'superseded', by: 7 },
    { kind: 'observed' },
    ...Object.values(REASONS).map((one): Outcome => ({ kind: 'rejected', reason: one })),
    { kind: 'failed', reason: REASONS.unusable },
  ];

  test.each(ends.map((one) => [JSON.stringify(one), one] as const))(
    'for a candidate that ended as %s',
    async (_, end) => {
      await world.setCandidate({
        digest: A,
        sequence: 2,
        settled: { outcome: outcome.parse(end), at: NOW, checkHashes: [] },
      });

      const { code, said } = await app.type(['explain', 'node', A]);

      expect(code).toBe(0);
      expect(said).toContain(`what        ${end.kind}, 2026-03-02T10:00:00.000Z`);
      expect(said).toMatch(/why +\S/);
      expect(said).toMatch(/what you can do:\n +\S.*\n +gated-import /);
    },
  );

  test.each(Object.values(REASONS).map((one): [string, Reason] => [one.kind, one]))(
    'for a gate that rests: %s',
    async (_, why) => {
      await world.setGate({ resting: { reason: reason.parse(why), dueAt: NOW + DAY, digest: A, at: NOW } });

      const { code, said } = await app.type(['explain', 'node']);

      expect(code).toBe(0);
      expect(said).toMatch(/what +it waits\n +why +\S.*\n +until +2026-03-03T10:00:00.000Z\nwhat you can do:\n +\S/);
    },
  );
});

describe('explain of a gate', () => {
  it('has its candidates, and the way to more of one', async () => {
    await world.setCandidate({
      digest: B,
      sequence: 1,
      settled: { outcome: { kind: 'rejected', reason: REASONS['check-failed'] }, at: NOW, checkHashes: [] },
    });

    const { said } = await app.type(['explain', 'node']);

    expect(said).toContain('gate node: public.example.com/node:15-alpine -> base.azurecr.io/node:15-alpine');
    expect(said).toContain(`${B}  rejected: check failed: functional (exit code 1)`);
    expect(said).toContain('gated-import explain node <digest>');
  });

  it('names the hold that counts', async () => {
    await world.setGate({ hold: { by: 'oid-ada', name: 'Ada', why: 'incident', at: NOW } });
    await world.setCandidate({ digest: A, sequence: 2, subject: subjectOf(A), seenSince: NOW - 9 * DAY }, passed());

    const { said } = await app.type(['explain', 'node']);

    expect(said).toContain('held by Ada: incident');
    expect(said).toContain("gated-import resume node --reason '<why>'");
  });

  it('that does not exist is refused in one line, with those that do', async () => {
    expect(await app.type(['explain', 'java'])).toEqual({
      code: 1,
      said: '',
      complained: 'explain: Not found: there is no gate "java"; there are: node',
    });
  });
});

describe('log', () => {
  let runId: string;
  let parts: { text: string; complete: boolean }[];
  beforeEach(async () => {
    const run = { host: world.quarantine, files: [], taskFile: 'acr-task.yaml', values: [], timeoutSeconds: 300 };
    ({ runId } = await world.runs.startQuickRun(run));
    world.runs.log = async () => (parts.length > 1 ? parts.shift() : parts[0]) ?? { text: '', complete: false };
    await world.setCandidate({ digest: A, sequence: 2 }, { functional: running({ runId }) });
  });

  it('reads what there is, and says that more may come', async () => {
    parts = [{ text: 'one\ntwo\n', complete: false }];

    expect(await app.type(['log', 'node', A])).toEqual({
      code: 0,
      said: 'one\ntwo',
      complained: 'the check is still running; --follow goes on until it has ended',
    });
  });

  it('follows a run to its end, whole line by whole line', async () => {
    parts = [
      { text: 'one\nhal', complete: false },
      { text: 'one\nhalf\n', complete: false },
      { text: 'one\nhalf\nend', complete: true },
    ];

    expect(await app.type(['log', 'node', A, 'functional', '--follow'])).toEqual({
      code: 0,
      said: 'one\nhalf\nend',
      complained: '',
    });
  });

  it('reads the log of one platform of several', async () => {
    parts = [{ text: 'from arm64\n', complete: true }];
    const evidence = { 'functional:linux/amd64': running(), 'functional:linux/arm64': running({ runId }) };
    await world.setCandidate({ digest: B, sequence: 1 }, evidence);
    const named = await app.type(['log', 'node', B, 'functional:linux/arm64']);

    expect(named).toMatchObject({ code: 0, said: 'from arm64' });
    expect(await app.type(['log', 'node', B])).toMatchObject({
      code: 1,
      complained: expect.stringContaining('name one: functional:linux/amd64, functional:linux/arm64') as string,
    });
  });

  it('says which checks have a log when that one has none', async () => {
    expect(await app.type(['log', 'node', A, 'scan'])).toMatchObject({
      code: 1,
      complained: `log: check "scan" of ${A} has no log; those that have one are: functional`,
    });
  });
});
