/** What a deployed app answers. */

export interface Probes {
  /** One GET; `status` of the answer, or why there was none. */
  get(url: string, options: { timeoutSeconds: number }): Promise<{ status: number } | { problem: string }>;
}
