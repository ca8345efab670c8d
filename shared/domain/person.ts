/** Somebody who did something: known by the object id of the directory. What it called them then is for people to read; nothing goes by it. */
import { z } from 'zod';

export const who = { by: z.string(), name: z.string().optional() };
export type Who = z.infer<z.ZodObject<typeof who>>;

/** Who did something, why, and when. */
export const person = { ...who, why: z.string(), at: z.number() };
export type Person = z.infer<z.ZodObject<typeof person>>;

export const whoOf = ({ by, name }: Who): Who => ({ by, ...(name === undefined ? {} : { name }) });

export const sayWho = ({ by, name }: Who): string => name ?? by;
