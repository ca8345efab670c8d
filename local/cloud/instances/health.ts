/**
 * When a container is probed, and what its answers amount to: thresholds and events as Kubernetes counts them, which Azure documents for its probes
 * (learn.microsoft.com/azure/container-instances/container-instances-liveness-probe). Pure.
 */
import { limits } from './limits.ts';
import type { Probe } from './specification.ts';

export interface Health {
  /** Epoch milliseconds. */
  dueAt: number;
  /** In a row. */
  failures: number;
}

export type Answer = { kind: 'success' } | { kind: 'failure'; message: string };

export const timing = (probe: Probe) => ({ ...limits.probe, ...probe });

export const firstHealth = (probe: Probe, startedAt: number): Health => ({
  dueAt: startedAt + timing(probe).initialDelaySeconds * 1000,
  failures: 0,
});

/** `unhealthy`: as many failures in a row as it takes. */
export function afterAnswer(
  probe: Probe,
  health: Health,
  answer: Answer,
  now: number,
): Health & { unhealthy: boolean } {
  const { periodSeconds, failureThreshold } = timing(probe);
  const failures = answer.kind === 'success' ? 0 : health.failures + 1;
  return {
    dueAt: now + periodSeconds * 1000,
    failures,
    unhealthy: failures >= failureThreshold,
  };
}
