/** The switch that kills the host in tests: each line of its file once, one after the other, over all restarts. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { crashSwitch, type CrashSwitch } from '../../../local/host/durable/crash-switch.ts';

let file = '';
beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'crash-switch-'));
  file = join(folder, 'crash-points');
  return () => rmSync(folder, { recursive: true });
});

const points = (...lines: string[]): void => writeFileSync(file, lines.join('\n'));

/** A life of the host: commits activities until it is killed or all are committed; answers where it was killed. */
function live(activities: string[]): string | undefined {
  let killed = false;
  const point = crashSwitch(file, () => (killed = true));
  const moments: [string, (activity: string) => void][] = [
    ['before', point.beforeCommit],
    ['after', point.afterCommit],
  ];
  for (const [index, activity] of activities.entries()) {
    for (const [moment, reach] of moments) {
      reach(activity);
      if (killed) return `${moment} ${activity}, the ${index + 1}th`;
    }
  }
  return undefined;
}

test('kills at each point once, in the order of the lines, however often the host is started again', () => {
  points('before-commit:look', 'after-commit:look', 'after-commit:move');
  const activities = ['look', 'import', 'look', 'move'];

  const lives = [live(activities), live(activities), live(activities), live(activities)];

  expect(lives).toEqual(['before look, the 1th', 'after look, the 1th', 'after move, the 4th', undefined]);
  expect(readFileSync(file, 'utf8')).toBe('');
});

test('a point that lies before the one that comes first is not reached by looking back', () => {
  points('after-commit:move', 'before-commit:look');

  expect(live(['look', 'move', 'look'])).toBe('after move, the 2th');
  expect(live(['look'])).toBe('before look, the 1th');
});

test('an nth time is counted over all lives', () => {
  points('after-commit:look:3');

  expect(live(['look', 'move', 'look'])).toBeUndefined();
  expect(live(['move', 'look'])).toBe('after look, the 2th');
});

test('takes points that are written while the host runs', () => {
  let kills = 0;
  const point: CrashSwitch = crashSwitch(file, () => kills++);
  point.beforeCommit('look');

  points('before-commit:look');
  point.beforeCommit('look');
  point.beforeCommit('look');

  expect(kills).toBe(1);
});

describe('a line that is no point', () => {
  test.each(['sometimes', 'before-commit:', 'before-commit:look:0', 'during-commit:look'])('"%s"', (line) => {
    points('before-commit:look', line);

    expect(() => crashSwitch(file)).toThrow(`"${line}", not <before|after>-commit:`);
  });
});
