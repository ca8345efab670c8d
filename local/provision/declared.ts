/**
 * PUTs resources that are missing or that this version of the product declares otherwise than the last one did, and leaves the rest alone.
 *
 * Azure hides parts of what it was given (webhook addresses, credentials), so the declaration cannot be compared with what is there; its
 * hash is remembered instead, in a file beside the state of the emulated Azure.
 */
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import type { AzureClient } from './azure-client.ts';

export interface Resource {
  path: string;
  apiVersion: string;
  body: object;
}

/** One after the other: a resource may refer to an earlier one. */
export async function declare(azure: AzureClient, resources: Resource[], { file }: { file: string }): Promise<void> {
  const known = await readHashes(file);
  for (const { path, apiVersion, body } of resources) {
    const hash = createHash('sha256').update(JSON.stringify(body)).digest('hex');
    if (known[path] === hash && (await azure.get(path, apiVersion)) !== undefined) continue;
    await azure.put(path, apiVersion, body);
    known[path] = hash;
    await writeFile(file, JSON.stringify(known, undefined, 2));
  }
}

async function readHashes(file: string): Promise<Record<string, string>> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Record<string, string>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}
