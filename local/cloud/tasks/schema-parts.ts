/** Parts of the schemas of requests: what is refused when it is asked for, and words that are compared as Azure does. */
import { z } from 'zod';

/** Present with a value that asks for something: refused with this name. Absent, null or empty: fine. */
export const refused = (what: string) =>
  z
    .unknown()
    .refine((value) => value === undefined || value === null || value === '', { error: `NotSupportedLocally: ${what}` })
    .optional();

export const equalFold = <const T extends string>(...values: T[]) =>
  z.string().transform((text, context): T => {
    const value = values.find((candidate) => candidate.toLowerCase() === text.toLowerCase());
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: `"${text}" is none of ${values.join(', ')}` });
    return z.NEVER;
  });
