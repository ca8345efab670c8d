/** The app roles, each with the rights of those before it. The one place where they are named. */
import { z } from 'zod';

export const ROLES = ['viewer', 'operator', 'release-manager'] as const;
export const role = z.enum(ROLES);
export type Role = z.infer<typeof role>;

/** Whether somebody with these roles may do what needs that one. */
export const mayAct = (held: readonly Role[], needed: Role): boolean =>
  held.some((one) => ROLES.indexOf(one) >= ROLES.indexOf(needed));

/** The one with the most rights. */
export const highestOf = (held: readonly Role[]): Role | undefined => ROLES.findLast((one) => held.includes(one));
