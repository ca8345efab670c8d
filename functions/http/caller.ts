/**
 * Who calls. In Azure, App Service authentication has checked the caller and says so in a header that nobody outside can set; with
 * `AUTH_MODE=local` everybody on this machine is one fixed operator.
 *
 * Header format: https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities
 */
import { z } from 'zod';
import { Problem } from './problem.ts';

export const ROLES = ['viewer', 'operator', 'release-manager'] as const;
export type Role = (typeof ROLES)[number];

export interface Caller {
  /** Entra object id: what the journal keeps. */
  id: string;
  roles: Role[];
}

const LOCAL: Caller = { id: 'local-operator', roles: [...ROLES] };

const OBJECT_ID = ['oid', 'http://schemas.microsoft.com/identity/claims/objectidentifier'];
const ROLE = ['roles', 'http://schemas.microsoft.com/ws/2008/06/identity/claims/role'];

const principal = z.object({
  claims: z.array(z.object({ typ: z.string(), val: z.string() })),
  role_typ: z.string().optional(),
});

/** Throws a 401 or 403 `Problem`. A role includes those before it. */
export function callerOf(authMode: 'entra' | 'local', header: string | null, needed: Role): Caller {
  const caller = authMode === 'local' ? LOCAL : fromHeader(header);
  if (caller.roles.some((role) => ROLES.indexOf(role) >= ROLES.indexOf(needed))) return caller;
  throw new Problem(
    403,
    'Not allowed',
    `this needs the app role "${needed}"; ask an administrator to assign it in the enterprise application`,
  );
}

function fromHeader(header: string | null): Caller {
  if (!header) throw new Problem(401, 'Not signed in', 'sign in with Microsoft Entra ID and try again');
  const parsed = principal.safeParse(decode(header));
  const claims = parsed.data?.claims ?? [];
  const id = claims.find(({ typ }) => OBJECT_ID.includes(typ))?.val;
  if (!id) throw new Problem(401, 'Not signed in', 'the identity that was passed on has no object id; sign in again');
  const roleTypes = [...ROLE, ...(parsed.data?.role_typ ? [parsed.data.role_typ] : [])];
  const held = claims.filter(({ typ }) => roleTypes.includes(typ)).map(({ val }) => val);
  return { id, roles: ROLES.filter((role) => held.includes(role)) };
}

function decode(header: string): unknown {
  try {
    return JSON.parse(Buffer.from(header, 'base64').toString('utf8'));
  } catch {
    return undefined; // Answered as "not signed in" by the caller: an unreadable identity is none.
  }
}
