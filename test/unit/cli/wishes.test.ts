/** The commands that ask for something, against the real endpoints: what is asked, who asks, and how a refusal reads. */
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { adviceOnAction, adviceOnOutcome, adviceOnReason } from '../../../shared/domain/advice.ts';
import { promotionKey } from '../../../shared/ledger/gate-rows.ts';
import { ACTIONS, OUTCOMES, REASONS } from '../domain/every-kind.ts';
import { A, B, done, promotion, subjectOf } from '../domain/gate-builders.ts';
import { image } from '../../fakes/images.ts';
import { functionWorld, UPSTREAM, type FunctionWorld } from '../functions/world.ts';
import { answering, serve, type Served } from './served.ts';
import { gatedImport } from './terminal.ts';

let world: FunctionWorld;
let app: Served;
beforeEach(async () => {
  world = functionWorld({ gates: { 'soak: 3d': 'approval: { role: operator }' } });
  const hash = world.policy.gates['node']?.checks[0]?.hash ?? '';
  world.upstreams.set(UPSTREAM, image(['base', 'node']).manifest);
  const now = Date.now();
  await world.setGate({ sequence: 2, current: promotion(B, 1), upstream: { digest: A, since: now, sequence: 2 } });
  const evidence = { functional: done('pass', { checkHash: hash }) };
  await world.setCandidate({ digest: A, sequence: 2, subject: subjectOf(A), seenSince: now }, evidence);
  const data = { ...promotion(B, 1), layers: [] };
  await world.ledger.write('gates', 'node', [
    { kind: 'put', key: promotionKey(1), ifMatch: 'new', open: false, schema: 1, data },
  ]);
  app = await serve(world);
});
afterEach(() => app.close());

const because = ['--reason', 'incident 4711'];
const told = async () =>
  (await world.ledger.rows('gates', 'node'))
    .filter(({ key }) => key.startsWith('outbox:'))
    .map(({ data }) => data as { what: string; why: string; by: string; name?: string });

test.each<[string[], string]>([
  [['approve', 'node', A], 'approve'],
  [['refuse', 'node', A], 'refuse'],
  [['promote', 'node'], 'manual promotion'],
  [['promote', 'node', '15-alpine'], 'manual promotion'],
  [['recheck', 'node', A], 'recheck'],
  [['recall', 'node', B], 'recall'],
  [['abort', 'node', A], 'abort'],
  [['override', 'node', A, '--skip', 'soak'], 'override asked'],
  [['hold', 'node'], 'hold'],
  [['resume', 'node'], 'resume'],
])('%j is asked of the app, by whoever asks, with the reason', async (args, what) => {
  const { code, said, complained } = await app.type([...args, ...because, '--as', 'rosa']);

  expect([code, complained]).toEqual([0, '']);
  expect(said).toMatch(/^asked: .+\ngated-import explain node/);
  expect(await told()).toEqual([
    expect.objectContaining({ what, why: 'incident 4711', by: 'oid-rosa', name: 'Rosa Marin' }),
  ]);
});

it('lifts a recall, and says how what was recalled is promoted again', async () => {
  await app.type(['recall', 'node', B, ...because]);

  const { said } = await app.type(['recall', 'node', B, '--lift', ...because, '--as', 'rosa']);

  expect(said).toContain(`"gated-import promote node ${B}" has it checked and promoted again`);
  expect((await told()).map(({ what }) => what).toSorted()).toEqual(['recall', 'recall lifted']);
});

test.each([
  [['hold'], 'PUT /api/hold'],
  [['resume'], 'DELETE /api/hold'],
  [['freeze', '--until', new Date(Date.now() + 3_600_000).toISOString()], 'PUT /api/freeze'],
  [['thaw'], 'DELETE /api/freeze'],
])('%j is for everything', async (args, request) => {
  expect(await app.type([...args, ...because])).toMatchObject({ code: 0, complained: '' });
  expect(app.requests).toEqual([request]);
});

test.each([
  [['hold-app', 'web'], 'PUT /api/apps/web/hold'],
  [['resume-app', 'web'], 'DELETE /api/apps/web/hold'],
  [['rollback', 'web', B], 'POST /api/apps/web/rollbacks'],
  [['rollback', 'web'], 'POST /api/apps/web/rollbacks'],
])('%j is of one app', async (args, request) => {
  await app.type([...args, ...because]);

  expect(app.requests).toEqual([request]);
});

it('rolls no app back to what is no digest, and says so of an app that it does not know', async () => {
  expect(await app.type(['rollback', 'web', '15-alpine', ...because])).toMatchObject({
    code: 2,
    complained: expect.stringContaining('"15-alpine" is no digest'),
  });
  expect(await app.type(['rollback', 'nowhere', ...because])).toMatchObject({
    code: 1,
    complained: expect.stringContaining('there is no app "nowhere"'),
  });
});

it('answers as JSON what the app answers', async () => {
  const { said } = await app.type(['hold', 'node', ...because, '--json']);

  expect(JSON.parse(said)).toEqual({ gate: 'node', what: 'hold' });
});

it('promotes a digest or tag of the upstream’s own repository, or a whole reference', async () => {
  const reference = 'elsewhere.example.com/node:22';

  expect((await app.type(['promote', 'node', 'missing', ...because])).complained).toBe(
    'promote: Not acceptable: "public.example.com/node:missing" is not at the upstream',
  );
  expect((await app.type(['promote', 'node', B, ...because])).complained).toContain(`"public.example.com/node@${B}"`);
  expect((await app.type(['promote', 'node', reference, ...because])).complained).toContain(
    'is not in public.example.com/node',
  );
});

describe('a refusal is one line', () => {
  test.each([
    [
      ['approve', 'node', A, '--as', 'Ravi Patel'],
      /^approve: Not allowed: this needs the app role "operator", and you have viewer; [^\n]+$/,
    ],
    [
      ['approve', 'node', A, '--about', 'something else'],
      /^approve: Conflict: there is something else to agree to than you saw; [^\n]+$/,
    ],
    [['hold', 'java'], /^hold: Not found: there is no gate "java"; there are: node$/],
    [['recall', 'node', A], /^recall: Conflict: gate "node" has never promoted [^\n]+$/],
    [['freeze', '--until', 'tomorrow'], /^freeze: Not acceptable: until: write a time with its offset[^\n]+$/],
  ])('%j', async (args, line) => {
    const { code, said, complained } = await app.type([...args, ...because]);

    expect([code, said]).toEqual([1, '']);
    expect(complained).toMatch(line);
    expect(await told()).toEqual([]);
  });
});

describe('is not understood', () => {
  test.each([
    [['hold', 'node'], 'hold: --reason is missing: why, for the journal'],
    [['hold', 'node', '--reason', ' '], 'hold: --reason is missing: why, for the journal'],
    [['hold', 'node', '--reason', '<why>'], 'hold: --reason: say why, in place of "<why>"'],
    [['approve', ...because], 'approve: <gate> is missing'],
    [['approve', 'node', ...because], 'approve: <digest> is missing'],
    [['recheck', 'node', A, 'more', ...because], 'recheck: "more" is one argument too many'],
    [['recheck', 'node', 'latest', ...because], /^recheck: "latest" is no digest/],
    [['override', 'node', A, ...because], /^override: --skip is "soak" or "freeze"; no check can be skipped/],
    [['override', 'node', A, '--skip', 'checks', ...because], /^override: --skip is/],
    [['freeze', ...because], /^freeze: --until is missing/],
    [['hold', 'node', '--about', 'x', ...because], /^hold: Unknown option '--about'/],
    [['abort', 'node', A, '--lift', ...because], /^abort: Unknown option '--lift'/],
    [['hold', '--as', 'nobody', ...because], 'hold: --as: nobody is called "nobody": "Rosa Marin", "Ravi Patel"'],
    [['hold', '--as', 'r', ...because], 'hold: --as: several people are called "r": "Rosa Marin", "Ravi Patel"'],
    [['hold', '--scope', 'api://app', ...because], 'hold: --scope goes with --app'],
    [['hold', '--app', 'base', ...because], /^hold: --app: "base" is no address/],
    [['hold', '--app', 'http://app.example.com', ...because], 'hold: --app: "http://app.example.com" is not https://'],
    [['hold', '--app', 'https://app.example.com', ...because], /^hold: --scope is missing/],
    [['hold', '--app', 'https://app.example.com', '--as', 'rosa', ...because], /^hold: --as is for the local system/],
  ])('%j', async (args, line) => {
    const { code, said, complained } = await app.type(args);

    expect([code, said]).toEqual([2, '']);
    expect(complained.split('\n')[0]).toEqual(typeof line === 'string' ? line : expect.stringMatching(line));
    expect(complained).toContain(`gated-import ${args[0]} --help`);
    expect(app.requests).toEqual([]);
  });
});

describe('an app in Azure', () => {
  it('is asked with a token for its scope, from the options or the environment', async () => {
    const scopes: string[] = [];
    const signIn = async (scope: string) => {
      scopes.push(scope);
      return 'entra-token';
    };
    const named = ['hold', '--app', `${app.url}/`, '--scope', 'api://tenant/app', ...because];

    expect(await gatedImport(named, {}, { signIn })).toMatchObject({ code: 0 });
    const environment = { GATED_IMPORT_APP: app.url, GATED_IMPORT_SCOPE: 'api://app/.default' };
    expect(await gatedImport(['resume', ...because], environment, { signIn })).toMatchObject({ code: 0 });

    expect(scopes).toEqual(['api://tenant/app/.default', 'api://app/.default']);
    expect(app.requests).toEqual(['PUT /api/hold Bearer entra-token', 'DELETE /api/hold Bearer entra-token']);
  });

  it('is not asked when nobody can sign in', async () => {
    const { code, complained } = await gatedImport(['hold', '--app', app.url, '--scope', 'api://app', ...because]);

    expect([code, complained]).toEqual([1, 'hold: nobody can sign in for api://app/.default here']);
    expect(app.requests).toEqual([]);
  });

  it('that sends to a sign-in page is not followed there', async () => {
    const page = await answering((_, response) =>
      response.writeHead(302, { location: 'https://login.example.com' }).end(),
    );

    const { code, complained } = await gatedImport(['explain', 'node', '--app', page.url]);
    await page.close();

    expect(code).toBe(1);
    expect(complained).toMatch(
      /answered 302, and that is no answer of the app \(--as <name> at the local system, --scope in Azure\)$/,
    );
  });

  it('that is something else is said to be', async () => {
    const page = await answering((_, response) => response.end('<html>hello</html>'));

    const { code, complained } = await gatedImport(['explain', 'node', '--app', page.url]);
    await page.close();

    expect([code, complained]).toEqual([
      1,
      `explain: ${page.url}/api/gates/node answered what is no JSON: is that the app?`,
    ]);
  });
});

describe('without an app', () => {
  it('that answers, says what to do', async () => {
    const { url } = app;
    await app.close();
    const { code, complained } = await gatedImport(['hold', '--app', url, ...because]);
    app = await serve(world);

    expect(code).toBe(1);
    expect(complained).toBe(
      `hold: nothing answers at ${url} (ECONNREFUSED): is it running? "npm start" starts the local one; --app names another`,
    );
  });

  it('in this folder or above, says how one is found', async () => {
    expect(await gatedImport(['hold', ...because], {}, { folder: '/' })).toMatchObject({
      code: 1,
      complained: expect.stringContaining('start the local one with "npm start"') as string,
    });
  });
});

describe('what a person is told to type', () => {
  const about = { gate: 'node', digest: A, content: '41f0c2d97be2a6d0' };
  const advice = [
    ...Object.values(REASONS).flatMap((one) => adviceOnReason(one, about)),
    ...Object.values(OUTCOMES).flatMap((one) => adviceOnOutcome(one, about)),
    ...Object.values(ACTIONS).flatMap((one) => adviceOnAction(one, about)),
    ...adviceOnReason(REASONS.held, { ...about, heldOn: 'everything' }),
  ];
  const commands = [...new Set(advice.map(({ command }) => command))].filter((one) => !one.includes('verify'));

  test.each(commands)('%s is understood', async (command) => {
    const words = command
      .replace("'<why>'", 'because')
      .replace('<digest>', B)
      .replace('<policy folder>', 'examples/hello-world/policy')
      .split(' ');

    const { code, complained } = await app.type(
      words
        .slice(1)
        .map((word) => (word.startsWith('examples/') ? new URL(`../../../${word}`, import.meta.url).pathname : word)),
    );

    expect(complained).not.toContain('--help');
    expect(code).not.toBe(2);
  });
});
