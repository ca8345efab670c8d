/**
 * Reads how wide the sandbox of a `script` or `probe` check is, for good images that need it wider than it is: who runs in it, and what it can
 * write to. What it never has, a network, capabilities, new privileges, no key gives it.
 */
import { z } from 'zod';
import type { Sandbox } from '../checks/sandbox.ts';
import type { ReadFields } from './fields.ts';

const USER_RULE =
  'a user is a number, or two with ":" between them for user and group, such as 101 or "101:101": a name would mean what the image says it does';
const ROOT_RULE = 'that is root, which is asked for by its name: "user: root". It still has no capabilities';
/** What the kernel takes for nobody at all: (uid_t) -1. */
const LARGEST_ID = 4_294_967_294;

const user = z
  .union([z.number(), z.string()], USER_RULE)
  .transform(String)
  .refine((text) => text === 'root' || isUser(text), USER_RULE)
  .refine((text) => !/^0+(?::|$)/.test(text), ROOT_RULE)
  .transform((text) => {
    if (text === 'root') return '0:0';
    const [uid = '', gid = uid] = text.split(':');
    return `${Number(uid)}:${Number(gid)}`;
  });

const isUser = (text: string): boolean =>
  /^[0-9]{1,10}(?::[0-9]{1,10})?$/.test(text) && text.split(':').every((id) => Number(id) <= LARGEST_ID);

const FOLDER_RULE =
  'a folder is an absolute path of letters, digits, ".", "_" and "-", without "." or ".." as a part, such as /var/cache/nginx';
/** The engine's own, and the check's. */
const TAKEN = ['/proc', '/sys', '/dev', '/gate'];
const MOST_FOLDERS = 20;

const folder = z
  .string()
  .regex(/^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]+)+$/, FOLDER_RULE)
  .max(200, 'a path has 200 characters at most')
  .refine((path) => path !== '/tmp', '/tmp can always be written to; remove it here')
  .refine(
    (path) => !TAKEN.some((taken) => path === taken || path.startsWith(`${taken}/`)),
    `${TAKEN.join(', ')} belong to the engine and to the check`,
  );

export const sandboxFields = {
  user: user.optional().meta({
    description:
      'who the candidate runs as: a number, or `"<user>:<group>"`; the group is the user when it is left out. `root` has to be asked for by that name; it has no capabilities either',
    default: '65534:65534',
    examples: ['101:101'],
  }),
  writable: z
    .boolean()
    .optional()
    .meta({
      description:
        'the candidate may write to its whole file system. That is on the disk of the run, and nothing limits its size but the time of the check: name folders under `tmpfs` if you can',
      default: false,
      examples: [true],
    }),
  tmpfs: z
    .array(folder)
    .max(MOST_FOLDERS, `a check has ${MOST_FOLDERS} such folders at most`)
    .refine((folders) => new Set(folders).size === folders.length, 'a folder is named twice')
    .optional()
    .meta({
      description:
        'folders that the candidate may write to beside `/tmp`. They are empty at first, and in memory, so they count towards its 1 GiB',
      examples: [['/var/cache/nginx', '/run']],
    }),
};

/** Nothing: as narrow as it gets. The same sandbox in other words is the same: it is part of the check's hash. */
export function readSandbox({ user, writable, tmpfs = [] }: ReadFields<typeof sandboxFields>): { sandbox?: Sandbox } {
  const sandbox: Sandbox = {
    ...(user === undefined ? {} : { user }),
    ...(writable ? { writable } : {}),
    ...(tmpfs.length === 0 ? {} : { tmpfs: tmpfs.toSorted() }),
  };
  return Object.keys(sandbox).length === 0 ? {} : { sandbox };
}
