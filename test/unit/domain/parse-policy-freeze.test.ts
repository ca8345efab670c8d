/** Freeze windows and the fast lane as people write them: where they apply, and what is said of one that is wrong. */
import { describe, expect, it, test } from 'vitest';
import { sayWindow } from '../../../shared/domain/freeze.ts';
import { problemsOf, valid, type Change } from './policy-fixture.ts';

const atTop = (windows: string): Change => ({ gates: { 'version: 1': `version: 1\nfreeze: [${windows}]` } });
const ofGate = (windows: string): Change => ({ gates: { 'soak: 3d': `freeze: [${windows}]` } });

describe('freeze', () => {
  it('at the top is for every gate and app, and their own come to it', () => {
    const policy = valid({
      gates: {
        'version: 1': 'version: 1\nfreeze: [{ from: "Fri 16:00", to: Mon 08:00, zone: Europe/Berlin }]',
        'soak: 3d': 'freeze: [{ from: 2026-12-24, to: 2027-01-02 }]',
        'runs: hello': 'runs: hello\n    freeze: [{ from: Sat, to: Sun, zone: Asia/Tokyo }]',
      },
    });

    expect(policy.gates['node']?.freeze.map(sayWindow)).toEqual([
      'Fri 16:00 to Mon 08:00 (Europe/Berlin)',
      '2026-12-24 00:00 to 2027-01-02 24:00 (UTC)',
    ]);
    expect(policy.apps['web']?.freeze.map(sayWindow)).toEqual([
      'Fri 16:00 to Mon 08:00 (Europe/Berlin)',
      'Sat 00:00 to Sun 24:00 (Asia/Tokyo)',
    ]);
  });

  it('of one team’s file changes nothing of another’s', () => {
    const gate =
      'gates: { other: { from: docker.io/node:20, to: "${BASE_REGISTRY}/node:20", checks: { functional: { script: checks/node.sh } } } }';
    const policy = valid({
      files: { 'team.yaml': `version: 1\nfreeze: [{ from: Sat, to: Sun }]\n${gate}\n` },
    });

    expect(policy.gates['other']?.freeze).toHaveLength(1);
    expect(policy.gates['node']?.freeze).toEqual([]);
    expect(policy.apps['web']?.freeze).toEqual([]);
  });

  const END = 'write a day and a time, such as "Fri 16:00", or a date, such as "2026-12-24" or "2026-12-24 18:00"';
  test.each([
    ['a day that is none', '{ from: "Fre 16:00", to: Mon }', `freeze: "Fre 16:00" is no end of a window; ${END}.`],
    [
      'a date that is none',
      '{ from: 2026-02-30, to: 2026-03-01 }',
      `freeze: "2026-02-30" is no end of a window; ${END}.`,
    ],
    ['a time that is none', '{ from: "Fri 25:00", to: Mon }', `freeze: "Fri 25:00" is no end of a window; ${END}.`],
    [
      'a zone that is none',
      '{ from: Fri, to: Mon, zone: Europe/Berln }',
      'freeze: "Europe/Berln" is no time zone, such as Europe/Berlin or UTC. Did you mean "Europe/Berlin"?',
    ],
    [
      'an end before the beginning',
      '{ from: 2026-03-02, to: 2026-03-01 }',
      'freeze: it ends before it begins: 2026-03-02 00:00 to 2026-03-01 24:00 (UTC).',
    ],
    [
      'a day and a date',
      '{ from: Fri, to: 2026-03-01 }',
      'freeze: one end is a day of the week, the other a date; take one kind for both.',
    ],
    [
      'a whole week',
      '{ from: "Fri 16:00", to: "Fri 16:00" }',
      'freeze: it is a whole week, so it never ends; to stop for longer, use a hold.',
    ],
    ['an unknown key', '{ from: Fri, to: Mon, zon: UTC }', 'unknown key "zon"'],
  ])('refuses %s', (_, window, says) => {
    const [problem = '', ...others] = problemsOf(atTop(window));

    expect(problem).toMatch(/^gates\.yaml:2:/);
    expect(problem).toContain(says);
    expect(others).toEqual([]);
  });

  it('refuses windows that never end together, at the top or only with a gate’s own', () => {
    const week = '{ from: Mon, to: Thu }, { from: Fri, to: Sun }';
    expect(problemsOf(atTop(week))).toEqual([
      'gates.yaml:2:9  freeze: together the windows never end; leave a gap, or use a hold instead.',
    ]);
    expect(problemsOf(ofGate(week))).toEqual([
      'gates.yaml:8:13  gate "node": freeze: together the windows never end; leave a gap, or use a hold instead.',
    ]);
  });
});

describe('fastLane', () => {
  it('asks for one approval more, unless it says otherwise', () => {
    const { gates } = valid({ gates: { 'soak: 3d': 'fastLane: { removes: high }' } });

    expect(gates['node']?.fastLane).toEqual({ removes: 'high', approvals: 1 });
  });

  test.each([
    ['a severity that is none', '{ removes: bad }', 'a severity is one of critical, high, medium, low'],
    ['no approval', '{ removes: high, approvals: 0 }', 'the fast lane needs at least one approval more'],
  ])('refuses %s', (_, lane, says) => {
    expect(problemsOf({ gates: { 'soak: 3d': `fastLane: ${lane}` } })).toEqual([expect.stringContaining(says)]);
  });
});
