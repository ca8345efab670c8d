/** Lists in pages: `n` entries after `last`, and a `Link` header to the next page (OCI distribution 1.1, listing tags). */
import type { Context } from 'hono';
import type { Env } from '../../http.ts';
import { PAGE } from '../limits.ts';
import { RegistryError } from '../registry-error.ts';

/** Sets `Link` when there is more. The entries come in the order they are to be listed in. */
export function pageOf<T>(c: Context<Env>, entries: T[], keyOf: (entry: T) => string): T[] {
  const last = c.req.query('last');
  const n = pageSize(c.req.query('n'));
  const start = last === undefined || last === '' ? 0 : entries.findIndex((entry) => keyOf(entry) === last) + 1;
  // In the order of names, what comes after a name is known even when the name itself is gone.
  const rest =
    start > 0 || last === undefined || last === ''
      ? entries.slice(start)
      : entries.filter((entry) => keyOf(entry) > last);
  const page = rest.slice(0, n);
  const end = page.at(-1);
  if (end !== undefined && page.length < rest.length) {
    const next = new URLSearchParams(c.req.query());
    next.set('last', keyOf(end));
    next.set('n', String(n));
    if (!next.has('orderby')) next.set('orderby', '');
    c.header('link', `<${c.req.path.replaceAll('%2F', '/')}?${next}>; rel="next"`);
  }
  return page;
}

/** Newest or oldest first, or, without an order, by name. */
export function inOrder<T extends { updatedAt: number }>(orderBy: string | undefined, entries: T[]): T[] {
  if (orderBy === 'timedesc') return entries.toSorted((a, b) => b.updatedAt - a.updatedAt);
  if (orderBy === 'timeasc') return entries.toSorted((a, b) => a.updatedAt - b.updatedAt);
  return entries;
}

function pageSize(text: string | undefined): number {
  if (text === undefined) return PAGE.standard;
  const n = Number(text);
  if (Number.isInteger(n) && n >= 0) return Math.min(n, PAGE.most);
  throw new RegistryError({
    status: 400,
    code: 'PAGINATION_NUMBER_INVALID',
    message: `n must be a number of entries, 0 or more; got "${text}"`,
  });
}
