/** The three small ports: announcements are recorded, policies and the answers to probes are what the test sets. */
import type { Policy } from '../../shared/domain/policy.ts';
import type { Announcements } from '../../shared/ports/announcements.ts';
import type { Policies } from '../../shared/ports/policies.ts';
import type { Probes } from '../../shared/ports/probes.ts';
import { failable, type Failures } from './failures.ts';

export type Announced = Parameters<Announcements['announce']>[0];
export type FakeAnnouncements = Announcements & Failures<Announcements> & { announced: Announced[] };

export function fakeAnnouncements(): FakeAnnouncements {
  const announced: Announced[] = [];
  const port: Announcements = { announce: async (event) => void announced.push(structuredClone(event)) };
  return Object.assign(failable(port), { announced });
}

export type FakePolicies = Policies &
  Failures<Policies> & {
    set(policy: Policy): void;
    /** A newer policy that is not valid: the last valid one stays in force. */
    break(problems: string[], refused?: string): void;
  };

export function fakePolicies(policy?: Policy): FakePolicies {
  let current: Awaited<ReturnType<Policies['current']>> = { ...(policy ? { policy } : {}), problems: [] };
  return Object.assign(failable<Policies>({ current: async () => current }), {
    set(next: Policy) {
      current = { policy: next, problems: [] };
    },
    break(problems: string[], refused = 'refused') {
      current = { ...current, problems, refused };
    },
  });
}

export type ProbeAnswer = { status: number } | { problem: string };
export type FakeProbes = Probes & Failures<Probes> & { set(url: string, answer: ProbeAnswer): void };

export function fakeProbes(): FakeProbes {
  const answers = new Map<string, ProbeAnswer>();
  const port: Probes = { get: async (url) => answers.get(url) ?? { problem: `nothing answers at ${url}` } };
  return Object.assign(failable(port), { set: (url: string, answer: ProbeAnswer) => void answers.set(url, answer) });
}
