/**
 * The form in which a policy is uploaded: all of its files in one JSON text.
 *
 * One blob, because writing one is atomic and writing a folder is not: no reader can find the half of an upload, or files of two of them,
 * and no order of writes has to be kept for that.
 */
import { z } from 'zod';
import type { PolicyFile } from './policy/policy-files.ts';

/** The name of the blob. */
export const UPLOADED_POLICY = 'policy.json';
/** Ours: a folder of 4 MiB, which is the most (`shared/folder-listing.ts`), with what JSON escapes. */
export const UPLOADED_BYTES = 8 * 1024 * 1024;

const uploaded = z.strictObject({
  version: z.literal(1),
  files: z.array(z.strictObject({ path: z.string().min(1), text: z.string() })).min(1),
});

/** For a person who opens it, a line for each file. */
export const packPolicy = (files: PolicyFile[]): string => {
  const lines = files.map(({ path, text }) => JSON.stringify({ path, text }));
  return `{"version":1,"files":[\n${lines.join(',\n')}\n]}\n`;
};

/** `undefined`: it is something else. */
export function unpackPolicy(text: string): PolicyFile[] | undefined {
  const parsed = uploaded.safeParse(parseJson(text));
  return parsed.data?.files;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
