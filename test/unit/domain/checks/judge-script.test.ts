import { describe, expect, it, test } from 'vitest';
import { judgeScript } from '../../../../shared/domain/checks/script.ts';

const nonce = '6e6f6e6365';
const result = (code: number | string) => `gate-result ${nonce} ${code}\n`;
const judge = (log: string, state: 'succeeded' | 'failed' | 'timeout' = 'succeeded') =>
  judgeScript({ state, log, nonce });

describe('the verdict of a run', () => {
  test.each<[what: string, log: string, verdict: string]>([
    ['exit code 0 is a pass', result(0), 'pass'],
    ['exit code 1 is a fail', result(1), 'fail'],
    ['exit code 124 is a fail', result(124), 'fail'],
    ['exit code 125, the container client itself, is unknown', result(125), 'unknown'],
    ['exit code 126, a command that cannot run, is unknown', result(126), 'unknown'],
    ['exit code 127, no such command, is unknown', result(127), 'unknown'],
    ['exit code 137, killed, is unknown', result(137), 'unknown'],
    ['exit code 141, a broken pipe, is unknown', result(141), 'unknown'],
    ['exit code 255 is unknown', result(255), 'unknown'],
    ['exit code 999 is unknown', result(999), 'unknown'],
    ['a word for an exit code is unknown', result('ok'), 'unknown'],
    ['no exit code is unknown', result(''), 'unknown'],
    ['a negative exit code is unknown', result(-1), 'unknown'],
    ['an exit code with more behind it is unknown', result('0 0'), 'unknown'],
    ['an exit code in hexadecimal is unknown', result('0x0'), 'unknown'],
    ['an exit code of many zeros is unknown', result('0000'), 'unknown'],
    ['output that was cut is unknown', result('cut'), 'unknown'],
    ['an empty log is unknown', '', 'unknown'],
    ['a log without a result line is unknown', 'candidate | all is well\n', 'unknown'],
    ['a log that was cut in the result line is unknown', `candidate | well\ngate-result ${nonce}`, 'unknown'],
    ['two result lines are unknown', result(0) + result(0), 'unknown'],
    ['a result line with another nonce is unknown', 'gate-result 0123 0\n', 'unknown'],
    ['a nonce that is longer is another nonce', `gate-result ${nonce}0 0\n`, 'unknown'],
    ['a result line of the candidate’s own is no result line', `candidate | ${result(0)}`, 'unknown'],
    ['a result line behind a carriage return is no result line', `candidate | x\r${result(0)}`, 'unknown'],
    ['a result line that is indented is no result line', ` ${result(0)}`, 'unknown'],
    [
      'the candidate’s own result line does not stand beside the real one',
      `candidate | ${result(0)}${result(1)}`,
      'fail',
    ],
    ['lines may end in CR LF', `candidate | well\r\ngate-result ${nonce} 0\r\n`, 'pass'],
    ['the last line may have no end', `candidate | well\ngate-result ${nonce} 0`, 'pass'],
    ['a program of another machine is unknown', `candidate | exec /bin/sh: exec format error\n${result(1)}`, 'unknown'],
    [
      'a program of another machine is unknown, as older runtimes say it',
      `candidate | standard_init_linux.go:228: exec user process caused: exec format error\n${result(1)}`,
      'unknown',
    ],
    [
      'the same words after others are the candidate’s own',
      `candidate | well\ncandidate | exec /bin/sh: exec format error\n${result(1)}`,
      'fail',
    ],
    ['the same words and exit code 0 are a pass', `candidate | exec x: exec format error\n${result(0)}`, 'pass'],
    [
      'the service’s own lines are not read',
      `2026/03/02 Launching container\n${result(0)}Run ID: ca1 was successful\n`,
      'pass',
    ],
  ])('%s', (_, log, verdict) => expect(judge(log).verdict).toBe(verdict));

  it('of a run that failed is unknown, whatever its log says, with its last words', () => {
    expect(judge(`${result(0)}Error: failed to pull`, 'failed')).toEqual({
      verdict: 'unknown',
      reasons: [expect.stringContaining('Error: failed to pull')],
    });
  });

  it('of a run that failed without a word says so', () => {
    expect(judge('', 'failed').reasons.join()).toContain('its log is empty');
  });

  it('of a run that took too long is unknown, whatever its log says', () => {
    expect(judge(result(0), 'timeout')).toEqual({
      verdict: 'unknown',
      reasons: ['the run was stopped because it took too long'],
    });
  });
});

describe('the reasons of a verdict', () => {
  it('are none for a pass', () => expect(judge(`candidate | well\n${result(0)}`).reasons).toEqual([]));

  it('are the exit code and the last five lines that the candidate printed', () => {
    const log = [1, 2, 3, 4, 5, 6].map((n) => `candidate | line ${n}\n`).join('');

    expect(judge(`${log}not of the candidate\n${result(3)}`)).toEqual({
      verdict: 'fail',
      reasons: ['exit code 3', 'line 2', 'line 3', 'line 4', 'line 5', 'line 6'],
    });
  });

  it('have no empty lines', () => {
    expect(judge(`candidate | said\ncandidate | \ncandidate |   \n${result(1)}`).reasons).toEqual([
      'exit code 1',
      'said',
    ]);
  });

  it('have no control characters, so that a terminal can show them', () => {
    const { reasons } = judge(`candidate | \u001b[2J\u0007gone\u009b1m\u0000\n${result(1)}`);

    expect(reasons).toEqual(['exit code 1', ' [2J gone 1m ']);
    expect(reasons.join('')).not.toMatch(/\p{Cc}/u);
  });

  it('have at most 600 characters of what was printed', () => {
    const { reasons } = judge(`candidate | ${'x'.repeat(5_000)}end\n${result(1)}`);

    expect(reasons.join('').length).toBeLessThan(650);
    expect(reasons.join('')).toMatch(/xend$/);
  });

  it('tell a candidate that was killed from one that could not run', () => {
    expect(judge(result(137)).reasons.join()).toContain('longer than the check allows, or more memory');
    expect(judge(result(125)).reasons.join()).toContain('could not be run in the sandbox');
    expect(judge(result('cut')).reasons.join()).toContain('printed more than 1048576 bytes');
  });
});
