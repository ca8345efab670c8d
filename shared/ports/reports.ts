/** What a check found, for people: too large for the ledger. */

export interface Reports {
  /** JSON under a key of letters, digits, `-`, `_`, `.` and `/`. What is there already is replaced. */
  put(key: string, report: object): Promise<void>;
  /** `undefined`: not there (any more). */
  get(key: string): Promise<unknown>;
}
