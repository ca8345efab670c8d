/** The files of a policy folder, as the parser takes them. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import type { PolicyFile } from './domain/parse-policy.ts';

export const readPolicyFiles = (folder: string, paths: string[]): Promise<PolicyFile[]> =>
  Promise.all(
    paths.map(async (path) => ({
      path: relative(folder, path).split(sep).join('/'),
      text: await readFile(path, 'utf8'),
    })),
  );

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
