import { describe, expect, it, test } from 'vitest';
import { problemsOf, valid, type Change } from './policy-fixture.ts';

const DAY = 86_400_000;
const own = (approval: string): Change => ({ gates: { 'soak: 3d': `soak: 3d\n    approval: ${approval}` } });
const shared = (approval: string, gate = ''): Change => ({
  gates: { 'gates:\n': `defaults: { approval: ${approval} }\ngates:\n`, 'soak: 3d': `soak: 3d${gate}` },
});
const ruleOf = (change: Change) => valid(change).gates['node']?.approval;

describe('approval', () => {
  it('is asked of nobody where nothing is said', () => {
    expect(ruleOf({})).toBeUndefined();
  });

  it('is what the gate says', () => {
    expect(ruleOf(own('{ quorum: 2, role: operator, expires: 36h }'))).toEqual({
      quorum: 2,
      role: 'operator',
      expiresMs: 1.5 * DAY,
    });
  });

  it('is of one release manager within a week, unless more is said', () => {
    expect(ruleOf(own('{}'))).toEqual({ quorum: 1, role: 'release-manager', expiresMs: 7 * DAY });
  });

  it('is what the defaults say, where the gate says nothing', () => {
    expect(ruleOf(shared('{ quorum: 3 }'))).toMatchObject({ quorum: 3 });
  });

  it('of the gate takes the place of that of the defaults, as a whole', () => {
    const change = shared('{ quorum: 3, expires: 1d }', '\n    approval: { quorum: 2 }');

    expect(ruleOf(change)).toEqual({ quorum: 2, role: 'release-manager', expiresMs: 7 * DAY });
  });

  it('is asked of nobody at a gate with quorum 0, though the defaults ask', () => {
    expect(ruleOf(shared('{ quorum: 3 }', '\n    approval: { quorum: 0 }'))).toBeUndefined();
  });

  it('changes no hash of a check, so that asking for it voids no evidence', () => {
    expect(valid(own('{}')).gates['node']?.checks).toEqual(valid().gates['node']?.checks);
  });
});

test.each<[what: string, change: Change, says: string[]]>([
  ['a list', own('[ada]'), ['gates.yaml:9:15  gate "node": expected a mapping, but this is a list.']],
  ['nothing', own(''), ['gates.yaml:9:5  gate "node": expected a mapping, but there is nothing here.']],
  [
    'an unknown key',
    own('{ quorom: 2 }'),
    ['gates.yaml:9:17  gate "node": unknown key "quorom". Did you mean "quorum"?'],
  ],
  [
    'half a person',
    own('{ quorum: 1.5 }'),
    ['gates.yaml:9:25  gate "node": quorum: a quorum is a whole number of people, 20 at most.'],
  ],
  [
    'too few',
    own('{ quorum: -1 }'),
    ['gates.yaml:9:25  gate "node": quorum: a quorum is 0 (nobody is asked) or more.'],
  ],
  ['too many', own('{ quorum: 21 }'), ['gates.yaml:9:25  gate "node": quorum: a quorum is 20 people at most.']],
  [
    'a role that may only look',
    own('{ role: viewer }'),
    ['gates.yaml:9:23  gate "node": role: people with the role "operator" or "release-manager" approve.'],
  ],
  [
    'no time at all',
    own('{ expires: 0s }'),
    ['gates.yaml:9:26  gate "node": expires: people get at least 1s to approve.'],
  ],
  [
    'a time that is none',
    own('{ expires: soon }'),
    [
      'gates.yaml:9:26  gate "node": expires: "soon" is no duration; write a duration of at most a year as a number and s, m, h or d, such as 90s, 5m, 72h or 7d.',
    ],
  ],
  [
    'everything wrong at once, also in the defaults',
    shared('{ role: boss, quorum: many }'),
    [
      'gates.yaml:2:31  defaults: role: people with the role "operator" or "release-manager" approve.',
      'gates.yaml:2:45  defaults: quorum: a quorum is a whole number of people, 20 at most.',
    ],
  ],
])('an approval with %s is refused', (_, change, says) => {
  expect(problemsOf(change)).toEqual(says);
});
