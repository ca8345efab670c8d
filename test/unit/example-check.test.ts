/** The check of the walkthrough, by the shell of this machine, as far as it goes without an image. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const CHECK = fileURLToPath(new URL('../../examples/hello-world/policy/checks/node/test.sh', import.meta.url));

/** No program is on its path but those of the shell, so what passes the colours fails at the next question. */
function check(colour: string | undefined): { code: number | null; output: string } {
  const { status, stdout } = spawnSync('/bin/sh', [CHECK], {
    env: { PATH: '/usr/bin:/bin', ...(colour === undefined ? {} : { BACKGROUND_COLOR: colour }) },
    encoding: 'utf8',
  });
  return { code: status, output: stdout };
}

describe('W4, a test that fails open, since what it cannot read takes the branch of those that passed:', () => {
  test.each<[what: string, colour: string | undefined, says: string]>([
    ['is not set', undefined, 'is not set'],
    ['is empty', '', 'is not set'],
    ['is two words', 'red x', 'is no colour'],
    ['would end the comparison', 'green ] || [ x', 'is no colour'],
    ['would be an option', '-n', 'is no colour'],
    ['is a command', '$(id)', 'is no colour'],
    ['is red in capitals', 'Red', 'Red is for alarms'],
    ['is red in numbers', 'rgb(255, 0, 0)', 'Red is for alarms'],
  ])('a colour that %s fails, with the reason', (_, colour, says) => {
    const { code, output } = check(colour);

    expect(code).toBe(1);
    expect(output).toContain(`FAIL: BACKGROUND_COLOR`);
    expect(output).toContain(says);
  });

  test.each(['green', '#00ff00', 'rgb(0, 128, 0)'])('the colour %s is one', (colour) => {
    expect(check(colour).output).not.toContain('BACKGROUND_COLOR is');
  });
});
