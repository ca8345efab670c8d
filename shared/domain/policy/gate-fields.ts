/** Schemas of the values that a gate may have itself or take from `defaults`, and what every gate has where neither says anything. */
import { z } from 'zod';
import { GRADES } from '../fast-lane.ts';
import { duration, onlyKeys, platform } from './schemas.ts';

export const BUILT_IN = {
  platforms: ['linux/amd64'],
  soak: 0,
  unique: '{stable}-{run}',
  mode: 'enforce',
  whenReplaced: 'withdraw',
  timeout: 300_000,
} as const;

/** A quick run ends after 8 hours at most (swagger of `registries/scheduleRun`); an hour is left for pulling the image. */
const LONGEST_TIMEOUT_MS = 7 * 3_600_000;

const platformList = z
  .array(platform)
  .refine((names) => new Set(names).size === names.length, 'each platform is named once');

export const platforms = platformList
  .min(1, 'name the platform that is checked and promoted, such as linux/amd64')
  .meta({
    description:
      'the platform that is checked and promoted; with several, each is checked and the index is promoted as it is',
    default: ['linux/amd64'],
    examples: [['linux/amd64', 'linux/arm64']],
  });

export const unchecked = platformList.meta({
  description: 'with several `platforms`: those of the index that are promoted with it although nobody checks them',
  default: [],
  examples: [['linux/s390x']],
});

export const soak = duration.meta({
  description: 'how long a candidate has to be seen upstream before it is promoted',
  default: '0s',
  examples: ['72h'],
});

export const uniqueTemplate = z.string().meta({
  description:
    'the tag of each promotion, which never moves: `{stable}` is the tag of `to`, `{run}` the run of the first check, `{digest12}` the beginning of the digest',
  default: BUILT_IN.unique,
  examples: ['{stable}-{digest12}'],
});

export const gateMode = z.enum(['enforce', 'observe'], 'a mode is "enforce" or "observe"').meta({
  description: '`observe`: decide, record and announce what would have been promoted, and promote nothing',
  default: BUILT_IN.mode,
  examples: ['observe'],
});

export const whenReplaced = z.enum(['withdraw', 'keep'], 'there is "withdraw", which is the default, and "keep"').meta({
  description:
    'what becomes of a candidate that is not at the upstream any more: `withdraw` gives it up, `keep` goes on with it, so that the newest one that is old enough is promoted',
  default: BUILT_IN.whenReplaced,
  examples: ['keep'],
});

export const fastLaneFields = {
  removes: z.enum(GRADES, `a severity is one of ${GRADES.join(', ')}`).meta({
    description: 'a finding of the current digest of this severity or worse has to be gone',
    examples: ['high'],
  }),
  approvals: z
    .int('a whole number of approvals')
    .min(1, 'the fast lane needs at least one approval more')
    .max(10, '10 approvals are the most')
    .default(1)
    .meta({ description: 'how many approvals more than otherwise it needs', examples: [2] }),
};

export const fastLane = z.strictObject(fastLaneFields, onlyKeys('removes', 'approvals')).meta({
  title: 'mapping',
  description: 'lets a candidate leave out the soak that mends findings of the current digest; no check is left out',
  examples: [{ removes: 'high', approvals: 1 }],
});

export const checkTimeout = duration
  .refine((ms) => ms > 0 && ms <= LONGEST_TIMEOUT_MS, 'a check gets at least 1s and at most 7h')
  .meta({ description: 'how long the check may take', default: '5m', examples: ['10m'] });
