/** Scopes: ids of a subscription, a resource group or a resource. A role that is assigned at one counts there and at everything below. */

/** Case does not count, nor does a slash at the end. */
export const canonical = (scope: string): string => scope.replace(/\/+$/, '').toLowerCase();

export function isAtOrBelow(scope: string, outer: string): boolean {
  const [inside, above] = [canonical(scope), canonical(outer)];
  return inside === above || inside.startsWith(`${above}/`);
}
