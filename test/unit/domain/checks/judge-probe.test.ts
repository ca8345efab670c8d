import { expect, it, test } from 'vitest';
import { judgeProbe } from '../../../../shared/domain/checks/probe.ts';

const nonce = '6e6f6e6365';
const result = (words: string) => `gate-result ${nonce} ${words}\n`;
const judge = (log: string, state: 'succeeded' | 'failed' | 'timeout' = 'succeeded') =>
  judgeProbe({ state, log, nonce });

test.each<[what: string, words: string, verdict: string]>([
  ['answered, and still there', '0 up', 'pass'],
  ['not answered in time', '1 up', 'fail'],
  ['a question that ended with 124', '124 up', 'fail'],
  ['a client that the engine could not start', '125 up', 'unknown'],
  ['a client that cannot ask', '126 up', 'unknown'],
  ['a client without a shell', '127 up', 'unknown'],
  ['a client that was killed', '137 up', 'unknown'],
  ['a client that printed too much', 'cut up', 'unknown'],
  ['a client that was not asked, of a candidate that is there', '- up', 'unknown'],
  ['answered, and then ended', '0 0', 'fail'],
  ['ended before it was asked', '- 1', 'fail'],
  ['ended while it was asked', '137 3', 'fail'],
  ['a candidate that could not be started', '- 125', 'unknown'],
  ['a candidate that was killed', '0 137', 'unknown'],
  ['a candidate that printed too much', '0 cut', 'unknown'],
  ['a word for the candidate that is none', '0 UP', 'unknown'],
  ['one word', '0', 'unknown'],
  ['three words', '0 up up', 'unknown'],
  ['two spaces', '0  up', 'unknown'],
  ['nothing', '', 'unknown'],
])('%s (%s) is %s', (_, words, verdict) => expect(judge(result(words)).verdict).toBe(verdict));

test.each<[what: string, log: string]>([
  ['an empty log', ''],
  ['two result lines', result('0 up') + result('0 up')],
  ['another nonce', 'gate-result 0123 0 up\n'],
  ['the candidate’s own line', `candidate | ${result('0 up')}`],
  ['the client’s own line', `client | ${result('0 up')}`],
  ['a line of the client that was cut by one of the candidate', `client | sta candidate | ${result('0 up')}`],
])('%s is no verdict', (_, log) => expect(judge(log).verdict).toBe('unknown'));

test.each(['failed', 'timeout'] as const)('a run that %s is no verdict, whatever its log says', (state) =>
  expect(judge(result('0 up'), state).verdict).toBe('unknown'),
);

it('has no verdict on a service whose program is of another machine', () => {
  expect(judge(`candidate | exec /app: exec format error\n${result('- 1')}`)).toEqual({
    verdict: 'unknown',
    reasons: ['the machine of the run cannot run programs of this platform', 'exec /app: exec format error'],
  });
});

it('takes the words of the one that is to blame', () => {
  const log = `candidate | listening\nclient | status 500 instead of 200\n`;

  expect(judge(`${log}${result('1 up')}`).reasons).toEqual([
    'the candidate did not answer as it should',
    'status 500 instead of 200',
  ]);
  expect(judge(`${log}${result('- 2')}`).reasons).toEqual([
    'the candidate ended with exit code 2, and a service goes on',
    'listening',
  ]);
});
