/**
 * Who calls. In Azure, App Service authentication has checked the caller and says so in a header that nobody outside can set; the local host's
 * sign-in does the same. With `AUTH_MODE=local` whoever has not signed in is the one fixed operator of this machine.
 *
 * Header format: https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities
 */
import { z } from 'zod';
import { whoOf, type Person, type Who } from '../../shared/domain/person.ts';
import { mayAct, ROLES, type Role } from '../../shared/domain/roles.ts';
import { Problem } from './problem.ts';

export interface Caller {
  /** Entra object id: what counts, and what the journal keeps. */
  id: string;
  /** What the directory calls them, for people to read; nothing is decided by it. */
  name?: string;
  roles: Role[];
}

const LOCAL: Caller = { id: 'local-operator', roles: ['viewer', 'operator'] };

const OBJECT_ID = ['oid', 'http://schemas.microsoft.com/identity/claims/objectidentifier'];
const ROLE = ['roles', 'http://schemas.microsoft.com/ws/2008/06/identity/claims/role'];
const NAME = ['name', 'preferred_username'];
const LONGEST_NAME = 100;

/** Claims whose values are no text are nobody's business here. */
const claim = z.object({ typ: z.string(), val: z.string() });
const principal = z.object({ claims: z.array(z.unknown()), role_typ: z.string().optional() });
type Claim = z.infer<typeof claim>;

/** Who it was, for the ledger and the journal. */
export const whoIs = ({ id, name }: Caller): Who => whoOf({ by: id, name });

/** The same, with why and when. */
export const personOf = ({ caller, at }: { caller: Caller; at: number }, why: string): Person => ({
  ...whoIs(caller),
  why,
  at,
});

/** Throws a 401 or 403 `Problem`. */
export function callerOf(authMode: 'entra' | 'local', header: string | null, needed: Role): Caller {
  const caller = authMode === 'local' && header === null ? LOCAL : fromHeader(header);
  assertRole(caller, needed);
  return caller;
}

/** Throws a 403 `Problem`. A role includes those before it. */
export function assertRole({ roles }: Caller, needed: Role): void {
  if (mayAct(roles, needed)) return;
  throw new Problem(
    403,
    'Not allowed',
    `this needs the app role "${needed}", and you have ${roles.join(', ') || 'none'}; ask an administrator to assign it in the enterprise application`,
  );
}

function fromHeader(header: string | null): Caller {
  if (!header) throw new Problem(401, 'Not signed in', 'sign in with Microsoft Entra ID and try again');
  const parsed = principal.safeParse(decode(header));
  const claims = (parsed.data?.claims ?? []).flatMap((one) => claim.safeParse(one).data ?? []);
  const id = valueOf(claims, OBJECT_ID);
  if (!id) throw new Problem(401, 'Not signed in', 'the identity that was passed on has no object id; sign in again');
  const roleTypes = [...ROLE, ...(parsed.data?.role_typ ? [parsed.data.role_typ] : [])];
  const held = claims.filter(({ typ }) => roleTypes.includes(typ)).map(({ val }) => val);
  const name = printable(valueOf(claims, NAME) ?? '');
  return { id, ...(name ? { name } : {}), roles: ROLES.filter((role) => held.includes(role)) };
}

/** The types in their order: the first that is there. */
const valueOf = (claims: Claim[], types: string[]): string | undefined =>
  types.flatMap((type) => claims.find(({ typ }) => typ === type)?.val ?? [])[0];

/** It ends up in terminals and pages, and people may choose their own. */
const printable = (text: string): string => text.replaceAll(/\p{C}/gu, ' ').trim().slice(0, LONGEST_NAME);

function decode(header: string): unknown {
  try {
    return JSON.parse(Buffer.from(header, 'base64').toString('utf8'));
  } catch {
    return undefined; // Answered as "not signed in" by the caller: an unreadable identity is none.
  }
}
