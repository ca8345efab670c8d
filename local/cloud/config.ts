/** Reads the configuration file of the emulated Azure; every problem of it is reported at once, by its path. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { CloudConfig } from './world.ts';

const port = z.int().min(1).max(65_535);
const name = z.string().min(1);
const door = z.strictObject({ front: port, behind: port });

const schema = z.strictObject({
  instance: z.string().regex(/^[a-z0-9-]+$/, 'is lower-case letters, digits and dashes'),
  subscription: z.guid(),
  tenant: z.guid(),
  location: name,
  ports: z.strictObject({ arm: port, identity: port, events: port, blobs: port }),
  registries: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[a-zA-Z0-9]{5,50}$/, 'is 5 to 50 letters and digits'),
        resourceGroup: name,
        port,
      }),
    )
    .min(1),
  vaults: z.array(z.strictObject({ name, resourceGroup: name, port })),
  storage: z
    .strictObject({
      accounts: z
        .array(
          z.strictObject({
            name: z.string().regex(/^[a-z0-9]{3,24}$/, 'is 3 to 24 lower-case letters and digits'),
            resourceGroup: name,
          }),
        )
        .min(1),
      blobEndpoint: z.url(),
      doors: z.strictObject({ blobs: door, queues: door, tables: door }).optional(),
    })
    .optional(),
  functionApp: z.strictObject({ name, resourceGroup: name, url: z.url() }).optional(),
  addresses: z
    .string()
    .regex(/^127(\.\d{1,3}){2}$/, 'is the first three numbers of addresses in 127.0.0.0/8, such as 127.0.1'),
  runnerImage: name,
  principals: z
    .array(
      z.strictObject({
        name,
        objectId: z.guid(),
        clientId: z.guid(),
        identityHeader: z.string().min(16),
        owner: z.boolean().optional(),
      }),
    )
    .min(1),
});

export class InvalidConfig extends Error {
  readonly code = 'InvalidConfig';

  constructor(file: string, problems: string) {
    super(`${file} is no configuration of the emulated Azure: ${problems}`);
  }
}

/** Throws `InvalidConfig`. */
export async function readConfig(file: string): Promise<CloudConfig> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new InvalidConfig(file, (error as Error).message);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new InvalidConfig(
    file,
    parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`).join('; '),
  );
}
