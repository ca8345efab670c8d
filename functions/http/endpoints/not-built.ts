/** Routes that the design has and this version has not: each says so by name, so that nobody takes silence for success. */
import type { Endpoint } from '../endpoint.ts';
import { Problem } from '../problem.ts';

const notBuilt = (name: string, method: Endpoint['method'], route: string, what: string): Endpoint => ({
  name,
  method,
  route,
  role: 'viewer',
  does: `Not built in this version: ${what}.`,
  answer: { kind: 'not-built' },
  handle: () =>
    Promise.reject(new Problem(501, 'Not built', `${method} /api/${route} (${what}) is not built in this version`)),
});

export const notBuiltYet: Endpoint[] = [
  notBuilt('decideApproval', 'POST', 'gates/{gate}/candidates/{digest}/approvals', 'approving or refusing a candidate'),
  notBuilt('recallDigest', 'POST', 'gates/{gate}/candidates/{digest}/recalls', 'recalling a promoted digest'),
  notBuilt('overrideWait', 'POST', 'gates/{gate}/candidates/{digest}/overrides', 'skipping soak or freeze'),
  notBuilt('freezeAll', 'PUT', 'freeze', 'freezing everything'),
  notBuilt('thawAll', 'DELETE', 'freeze', 'freezing everything'),
];
