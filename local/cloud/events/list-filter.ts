/**
 * `$filter` of a list of event subscriptions, which Azure has for names alone. `$top` is the size of a page, and here all are on the first.
 *
 * https://learn.microsoft.com/rest/api/eventgrid/controlplane/event-subscriptions/list-by-resource
 */
const CONTAINS = /^contains\(\s*name\s*,\s*'(?<part>(?:[^']|'')*)'\s*\)$/i;

export function readListFilter(
  filter: string | undefined,
): { matches(named: { name: string }): boolean } | { problem: string } {
  if (filter === undefined) return { matches: () => true };
  const part = CONTAINS.exec(filter)?.groups?.['part']?.replaceAll("''", "'").toLowerCase();
  if (part === undefined) return { problem: `$filter: only contains(name, '…') is emulated; got ${filter}` };
  return { matches: ({ name }) => name.toLowerCase().includes(part) };
}
