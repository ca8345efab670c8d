/** What a YAML value is, in words that complete "expected …, but". */
export function inWords(value: unknown): string {
  if (value === undefined || value === null) return 'there is nothing here';
  if (Array.isArray(value)) return 'this is a list';
  if (typeof value === 'object') return 'this is a mapping';
  if (typeof value === 'string') return `this is the text "${value.length > 60 ? `${value.slice(0, 60)}…` : value}"`;
  return `this is ${typeof value === 'number' ? 'the number ' : ''}${String(value)}`;
}
