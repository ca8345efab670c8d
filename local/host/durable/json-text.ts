/** JSON text as history and database keep it: `undefined` and `null` are the absence of a value. */
export const jsonText = (value: unknown): string | null =>
  value === undefined || value === null ? null : JSON.stringify(value);
