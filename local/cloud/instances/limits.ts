/**
 * Numbers of Azure Container Instances, each with the page it comes from.
 *
 * Q: learn.microsoft.com/azure/container-instances/container-instances-resource-and-quota-limits
 * K: kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle (Azure documents that its probes and restarts behave like those of Kubernetes)
 */
export const limits = {
  /** Q */
  containersPerGroup: 60,
  /** Q */
  volumesPerGroup: 20,
  /** Q */
  portsPerAddress: 5,
  /** Q: of a running instance. The engine cuts the log of a container at this size, and an answer never holds more. */
  logBytes: 4 * 1024 * 1024,
  /** K: the first restart is at once, the second waits this long, each later one twice as long as the one before. */
  firstBackOffMs: 10_000,
  /** K */
  longestBackOffMs: 300_000,
  /** K: a container that ran this long starts again without a wait. */
  backOffForgottenAfterMs: 600_000,
  /** K: pod termination gives 30 s; shorter here, as a person waits for it. */
  terminationGraceSeconds: 2,
  /** K: configure-liveness-readiness-startup-probes */
  probe: { initialDelaySeconds: 0, periodSeconds: 10, failureThreshold: 3, timeoutSeconds: 1 },
  /** Ours: Azure tries longer before it says that provisioning failed. */
  pullTries: 3,
  pullTryAgainAfterMs: 2_000,
  pullTimeoutMs: 900_000,
  /** Ours: how long any other engine command may take. */
  engineTimeoutMs: 60_000,
} as const;
