import { describe, expect, test } from 'vitest';
import { sight, type Sighting, type UpstreamMemory } from '../../../shared/domain/sighting.ts';
import { A, B, MINUTE, NOW } from './gate-builders.ts';

const seen = (digest = A) => ({ digest, since: NOW - 60 * MINUTE, sequence: 4 });
const at = (digest = A) => ({ kind: 'at' as const, digest });
const gone = { kind: 'gone' as const };

describe('what the answer of an upstream means', () => {
  test.each<[what: string, memory: UpstreamMemory, answer: Parameters<typeof sight>[1], sighting: Sighting]>([
    ['the first digest of a gate is new', {}, at(), { kind: 'new', digest: A }],
    ['the digest of the last look is the same', { upstream: seen() }, at(), { kind: 'same', forget404: false }],
    ['another digest is new', { upstream: seen() }, at(B), { kind: 'new', digest: B }],
    ['a digest after the tag was gone is new', { goneSince: NOW - MINUTE }, at(), { kind: 'new', digest: A }],
    [
      'the same digest after one 404 is the same, and the 404 is forgotten',
      { upstream: seen(), goneSince: NOW - 30_000 },
      at(),
      { kind: 'same', forget404: true },
    ],
    [
      'another digest after one 404 is new',
      { upstream: seen(), goneSince: NOW - 30_000 },
      at(B),
      { kind: 'new', digest: B },
    ],
    ['one 404 is not believed', { upstream: seen() }, gone, { kind: 'unsure', since: NOW, askAgainAt: NOW + MINUTE }],
    [
      'a second one before a minute is over is not either, and does not start the minute anew',
      { upstream: seen(), goneSince: NOW - MINUTE + 1 },
      gone,
      { kind: 'unsure', since: NOW - MINUTE + 1, askAgainAt: NOW + 1 },
    ],
    ['a second one after a minute is', { upstream: seen(), goneSince: NOW - MINUTE }, gone, { kind: 'gone' }],
    ['a tag that never was there is gone at once', {}, gone, { kind: 'gone' }],
    [
      'an upstream that cannot be asked means nothing',
      { upstream: seen(), goneSince: NOW - 2 * MINUTE },
      { kind: 'unreachable', message: 'refused' },
      { kind: 'unreachable', message: 'refused' },
    ],
  ])('%s', (_, memory, answer, sighting) => expect(sight(memory, answer, NOW)).toEqual(sighting));
});
