import { defineConfig } from 'vitest/config';

/** Unit and replay tests never wait; contract tests talk to the emulated Azure; e2e runs whole systems, two at a time, which wait more than they work. */
const project = (name: string, testTimeout: number, extra: object = {}) => ({
  extends: true as const,
  test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout, hookTimeout: testTimeout * 2, ...extra },
});

export default defineConfig({
  test: {
    environment: 'node',
    allowOnly: false,
    passWithNoTests: false,
    reporters: ['default', './test/report.ts'],
    projects: [
      project('unit', 5_000),
      project('replay', 10_000),
      project('contract', 30_000),
      project('e2e', 180_000, { maxWorkers: 2 }),
    ],
  },
});
