/** Reports in memory, as JSON keeps them. */
import type { Reports } from '../../shared/ports/reports.ts';
import { failable, type Failures } from './failures.ts';

export type FakeReports = Reports & Failures<Reports>;

export function fakeReports(): FakeReports {
  const kept = new Map<string, unknown>();
  return failable<Reports>({
    put: async (key, report) => void kept.set(key, JSON.parse(JSON.stringify(report))),
    get: async (key) => kept.get(key),
  });
}
