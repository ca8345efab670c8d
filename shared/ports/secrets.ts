/** What the policy names as `${secret:name}`: secrets of the key vault. */

export interface Secrets {
  /** `undefined`: there is no such secret, or it is disabled. */
  read(name: string, version?: string): Promise<{ value: string; version: string } | undefined>;
}
