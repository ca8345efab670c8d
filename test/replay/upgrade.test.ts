/**
 * Law 5 for a deployment: the app is stopped in the middle of its work, at one activity after the other, and the next version of its stories
 * goes on with the same task hub. What it cannot go on with fails, and the next sweep starts it anew.
 */
import { describe, expect, it } from 'vitest';
import type { StoryChange } from '../fixtures/next-version.ts';
import { activitiesOfALife, astray, ENDINGS, expectTheEnd, sweeps, upgradedAt } from './upgrading.ts';

/** Each is a life of everything for every stop in it. */
const EVERY_ONE = { timeout: 120_000 };
const added = (before: string): StoryChange => ({ kind: 'added', activity: 'askTheWeather', before });

/** A change of the next version, and where in the life of everything it has to matter. */
const CHANGES: [string, StoryChange, RegExp][] = [
  [
    'a step before every look of a gate',
    added('lookAtGate'),
    /Candidate|Referrers|Check|Stable|Unique|Promotion|Gate$/,
  ],
  [
    'a step before the move',
    added('moveStable'),
    /attachRecord|lockUnique|moveStable|readBackStable|completePromotion/,
  ],
  [
    'a step of the promotion under another name',
    { kind: 'renamed', activity: 'importUnique', to: 'copyUnique' },
    /adoptStable|importUnique|readBackUnique|copyReferrers/,
  ],
  [
    'a step of the promotion less',
    { kind: 'removed', activity: 'adoptStable', answer: { kind: 'done' } },
    /beginPromotion|adoptStable|importUnique|moveStable/,
  ],
  [
    'the build under another name',
    { kind: 'renamed', activity: 'startBuild', to: 'beginBuild' },
    /lookAtImage|startBuild|startRollouts/,
  ],
  ['a step before each deployment', added('deployApp'), /lookAtRollout|deployApp|recordDeployment/],
];

describe.each(CHANGES)('a version with %s, deployed', (_, next, matters) => {
  it('at every activity: everything ends where it should, once', EVERY_ONE, async () => {
    const activities = await activitiesOfALife();
    const stops = activities.flatMap((name, index) => (matters.test(name) ? [index + 1] : []));
    expect(stops.length).toBeGreaterThan(3);
    let failures = 0;
    for (const [index, at] of stops.entries()) {
      const how = ENDINGS[index % ENDINGS.length] ?? 'before';
      const world = await upgradedAt({ at, how }, next);
      failures += astray(world).length;

      await sweeps(world);

      await expectTheEnd(world, `${how} activity ${at}, ${activities[at - 1]}`);
      await world.close();
    }
    // Otherwise the next version could go on with everything, and this would prove nothing.
    expect(failures).toBeGreaterThan(0);
  });
});
