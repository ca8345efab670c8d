/** Images that take all there is: processes, memory, space in the log, time. Each is ended, and has no verdict. */
import { expect } from 'vitest';
import type { CandidateSeen } from '../../e2e/system.ts';
import { MARKER, markerCheck, type Offered, type Trick } from '../trick.ts';
import { shellImage } from './shells.ts';

const hog = (trick: Pick<Trick, 'gate' | 'does'>, lines: string[], ends: Trick['ends']): Trick => ({
  ...trick,
  checks: { [MARKER]: markerCheck('6s') },
  push: async (world) => world.push(trick.gate, await shellImage(lines)),
  ends,
});
const asked = async (offered: Offered) => {
  const isDone = ({ evidence }: CandidateSeen) => evidence[MARKER]?.state === 'done';
  return (await offered.candidate('asked', isDone)).evidence[MARKER] ?? { verdict: 'none' };
};
const why = async (offered: Offered) => (await offered.withoutVerdict()).evidence[MARKER]?.reasons?.[0];
const KILLED = 'the candidate was killed: it took longer than the check allows, or more memory than the sandbox has';

export const hogs: Trick[] = [
  hog(
    { gate: 'fork-bomb', does: 'holds a fork bomb in its few processes, and ends it with its time' },
    ['bomb() { bomb | bomb & }', 'bomb 2>/dev/null', 'while :; do busybox sleep 1; done'],
    // Some shells give up when they cannot start another one, others go on until they are ended.
    async (offered) => expect(['fail', 'unknown']).toContain((await asked(offered)).verdict),
  ),
  hog(
    { gate: 'memory-hog', does: 'lets an image have a gibibyte of memory, and its files in memory count' },
    [
      'busybox dd if=/dev/zero of=/dev/null bs=1200M count=1; echo "at once: $?"',
      'busybox dd if=/dev/zero of=/tmp/hog bs=1M count=1200; echo "as a file: $?"',
      'exit 1',
    ],
    async (offered) => {
      // The kernel ends the one program, or all of them.
      expect(['fail', 'unknown']).toContain((await asked(offered)).verdict);
      expect((await offered.log()).join('\n')).not.toMatch(/at once: 0|as a file: 0/);
    },
  ),
  hog(
    { gate: 'talker', does: 'cuts an image that prints without an end' },
    ['while :; do echo "all is well, all is well, all is well, all is well, all is well"; done'],
    async (offered) => {
      expect(await why(offered)).toBe('the candidate printed more than 1048576 bytes, and was stopped');
      expect((await offered.log()).join('\n').length).toBeLessThan(3_000_000);
    },
  ),
  hog(
    { gate: 'sleeper', does: 'ends an image that sleeps for ever, with its time' },
    ['trap "" TERM INT HUP', 'while :; do busybox sleep 1000; done'],
    async (offered) => expect(await why(offered)).toBe(KILLED),
  ),
];
