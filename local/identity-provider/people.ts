/**
 * Who may sign in here: people with app roles, and the secret their sessions and tokens are signed with. A file, so that whoever runs the
 * system may add a person or take a role away; it is made once, and read when the host starts.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const person = z.strictObject({
  /** Object id in the directory: what the app knows them by. */
  id: z.guid('an id is a GUID'),
  name: z.string().min(1).max(100),
  /** Sign-in name: `user_id` of `/.auth/me`. */
  email: z.email(),
  /** App roles. What they mean is the app's business. */
  roles: z.array(z.string().min(1).max(120)),
});
export type Person = z.infer<typeof person>;

const people = z.strictObject({
  secret: z.string().min(32, 'the secret is too short; delete the file, and a new one is made'),
  people: z
    .array(person)
    .min(1)
    .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, 'two people have the same id'),
});
export type People = z.infer<typeof people>;

/** Throws an `Error` of one sentence that names the file. */
export function readPeople(file: string): People {
  try {
    return people.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    const why =
      error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : String(error);
    throw new Error(`the people in ${file} cannot be read: ${why}`, { cause: error });
  }
}

/** Reads the file, which is made with these people when it is not there. */
export function openPeople(file: string, first: Person[]): People {
  if (!existsSync(file)) {
    const made: People = { secret: randomBytes(32).toString('hex'), people: first };
    writeFileSync(file, `${JSON.stringify(made, undefined, 2)}\n`, { mode: 0o600 });
  }
  return readPeople(file);
}
