/** Routes that the design has and this version has not: each says so by name, so that nobody takes silence for success. */
import type { EndpointName } from '../access.ts';
import type { Endpoint } from '../endpoint.ts';
import { Problem } from '../problem.ts';

const notBuilt = (name: EndpointName, method: Endpoint['method'], route: string, what: string): Endpoint => ({
  name,
  method,
  route,
  does: `Not built in this version: ${what}.`,
  answer: { kind: 'not-built' },
  handle: () =>
    Promise.reject(new Problem(501, 'Not built', `${method} /api/${route} (${what}) is not built in this version`)),
});

export const notBuiltYet: Endpoint[] = [
  notBuilt('recallDigest', 'POST', 'gates/{gate}/candidates/{digest}/recalls', 'recalling a promoted digest'),
];
