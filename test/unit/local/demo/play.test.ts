import { expect, test } from 'vitest';
import { hasPassed, play } from '../../../../local/demo/play.ts';
import { table } from '../../../../local/demo/report.ts';
import { plainShow } from '../../../../local/demo/show.ts';
import type { Context, Report, Step } from '../../../../local/demo/story.ts';

const never = new Promise<never>(() => {});

const passing = (id: string, facts = {}): Step => ({ id, title: `title of ${id}`, run: () => Promise.resolve(facts) });
const failing = (id: string): Step => ({
  id,
  title: `title of ${id}`,
  run: () => Promise.reject(new Error('the tag has moved')),
});
const always = (step: Step): Step => ({ ...step, always: true });

async function played(steps: Step[], interrupted: Promise<unknown> = never) {
  const lines: string[] = [];
  const records: Report[] = [];
  const report = await play({
    steps,
    // These steps ask nothing.
    context: { memory: { sites: { page: 'http://127.0.9.1/' } } } as unknown as Context,
    show: plainShow((line) => void lines.push(line.replace(/\d+\.\d s/, '0.0 s'))),
    record: (current) => {
      records.push(structuredClone(current));
      return Promise.resolve();
    },
    interrupted,
  });
  return { report, lines, records, statuses: report.steps.map(({ id, status }) => `${id} ${status}`) };
}

test('plays the steps in order and reports what each has found', async () => {
  const { report, statuses } = await played([passing('S1', { runId: 'ca7' }), passing('S2')]);

  expect(statuses).toEqual(['S1 passed', 'S2 passed']);
  expect(report.steps[0]).toMatchObject({ title: 'title of S1', facts: { runId: 'ca7' } });
  expect(Date.parse(report.steps[0]?.startedAt ?? '')).toBeLessThanOrEqual(
    Date.parse(report.steps[0]?.finishedAt ?? ''),
  );
  expect(report.sites).toEqual({ page: 'http://127.0.9.1/' });
  expect(hasPassed(report)).toBe(true);
});

test('leaves out what comes after a failure, but for the clean-up', async () => {
  const { report, statuses, lines } = await played([failing('S1'), passing('S2'), always(passing('S14'))]);

  expect(statuses).toEqual(['S1 failed', 'S2 skipped', 'S14 passed']);
  expect(report.steps[0]?.error).toBe('the tag has moved');
  expect(hasPassed(report)).toBe(false);
  expect(lines).toEqual([
    '…   S1  title of S1',
    'NO  S1  title of S1 (0.0 s): the tag has moved',
    '-   S2  title of S2: left out',
    '…   S14  title of S14',
    'ok  S14  title of S14 (0.0 s)',
  ]);
});

test('a clean-up that fails fails the demo', async () => {
  const { report } = await played([passing('S1'), always(failing('S14'))]);

  expect(hasPassed(report)).toBe(false);
});

test('an interruption ends the step that runs, leaves out the rest, and cleans up', async () => {
  const interruption = Promise.withResolvers<void>();
  const waiting: Step = {
    ...passing('S1'),
    run: () => {
      interruption.resolve();
      return never;
    },
  };

  const { statuses, report } = await played([waiting, passing('S2'), always(passing('S14'))], interruption.promise);

  expect(statuses).toEqual(['S1 failed', 'S2 skipped', 'S14 passed']);
  expect(report.steps[0]?.error).toBe('interrupted');
});

test('writes the report before and after each step', async () => {
  const { records } = await played([passing('S1'), passing('S2')]);

  const seen = records.map(({ steps }) => steps.map(({ status }) => status).join(' '));
  expect(seen).toEqual(['running waiting', 'passed waiting', 'passed running', 'passed passed', 'passed passed']);
});

test('shows what happens while a step runs', async () => {
  const speaking: Step = {
    ...passing('S1'),
    run: ({ say }) => {
      say('run ca7 has built it');
      return Promise.resolve({});
    },
  };

  const { lines } = await played([speaking]);

  expect(lines).toContain('    run ca7 has built it');
});

test('ends with a table of steps, times and pages', () => {
  const report: Report = {
    steps: [
      {
        id: 'S1',
        title: 'the image is built',
        status: 'passed',
        startedAt: '2031-05-06T07:08:09.000Z',
        finishedAt: '2031-05-06T07:08:21.500Z',
        facts: {},
      },
      { id: 'S14', title: 'it is gone', status: 'skipped', facts: {} },
    ],
    sites: { 'hello-world': 'http://127.0.9.1/' },
  };

  expect(table(report).split('\n')).toEqual([
    'S1   passed   12.5 s  the image is built',
    'S14  skipped          it is gone',
    'hello-world: http://127.0.9.1/',
  ]);
});
