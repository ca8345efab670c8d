/** What was promoted is asked again and told of once, though the task hub is lost or activities run twice. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Digest } from '../../shared/domain/reference.ts';
import { DAY, scanningWorld, watching, type Findings } from './current-world.ts';
import { gateWorld, green, MINUTE, type GateWorld, type WorldOptions } from './gate-world.ts';
import type { steering } from './steering.ts';

let world: GateWorld;
let on: ReturnType<typeof steering>;
let findings: Findings;
let timesScanned: (digest: Digest) => number;
afterEach(() => world.close());

const begin = (options: WorldOptions = {}) => ({ world, on, findings, timesScanned } = scanningWorld(options));
const { announced, sweepAfter } = watching(() => world);

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

describe('a current digest whose scan has ended', () => {
  it.each(['askAgain', 'intakeReferrers', 'startCheck', 'concludeCurrent'])(
    'is asked and told of, though the task hub is lost right after %s',
    async (step) => {
      let [armed, dead] = [false, false];
      const never = new Promise<never>(() => {});
      begin({
        async wrap(name, run) {
          if (dead) return never;
          const answer = await run();
          dead ||= armed && name === step;
          return dead ? never : answer;
        },
      });
      const digest = await on.pushed(green);
      findings.set(green, ['CVE-2026-1 CRITICAL']);
      await world.pass(DAY);
      armed = true;
      await Promise.race([sweepAfter(0), until(() => dead)]);
      expect(dead).toBe(true);

      const next = gateWorld({}, { from: world });
      world = next; // The lost one hangs in what it was at: nothing of it can be closed.
      for (let sweeps = 0; sweeps < 4; sweeps++) {
        await next.pass(10 * MINUTE);
        await next.wake('sweep', '');
      }
      await next.pass(MINUTE);

      expect(announced('recallProposed')).toHaveLength(1);
      expect(await next.stable()).toBe(digest);
    },
  );

  it('is asked and told of once, though every activity runs twice', async () => {
    begin({ wrap: async (_, run) => (await run(), run()) });
    const digest = await on.pushed(green);
    findings.set(green, ['CVE-2026-1 CRITICAL']);

    await sweepAfter(DAY);

    expect(timesScanned(digest)).toBe(2);
    expect(announced('recallProposed')).toHaveLength(1);
  });
});
