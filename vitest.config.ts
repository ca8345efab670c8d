import { defineConfig } from 'vitest/config';
import SlowestFirst from './test/slowest-first.ts';

/**
 * Unit and replay tests never wait and share what they import. Contract tests talk to the emulated Azure, e2e tests run whole systems: they wait
 * more than they work, so there are more of them at a time than cores. The slowest first: see `test/slowest-first.ts`.
 */
const project = (name: string, order: number, timeout: number, extra: object = {}) => ({
  extends: true as const,
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: timeout,
    hookTimeout: timeout * 2,
    sequence: { groupOrder: order },
    ...extra,
  },
});
const pure = { isolate: false, maxWorkers: 2 };

export default defineConfig({
  test: {
    environment: 'node',
    allowOnly: false,
    passWithNoTests: false,
    sequence: { sequencer: SlowestFirst },
    reporters: ['default', './test/report.ts'],
    projects: [
      project('unit', 1, 15_000, pure),
      project('replay', 1, 30_000, pure),
      project('contract', 2, 30_000, { maxWorkers: 4 }),
      project('e2e', 3, 180_000, { maxWorkers: 2 }),
      project('hostile', 3, 240_000, { maxWorkers: 2, maxConcurrency: 40 }),
    ],
  },
});
