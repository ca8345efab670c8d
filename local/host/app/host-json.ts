/** The settings in an app's host.json that this host follows. The rest is left to Azure. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { HostError, messageOf } from '../host-error.ts';
import { resolveSettings } from './settings.ts';

export interface HostJson {
  /** Without slashes at its ends; may be empty. */
  routePrefix: string;
  hubName: string;
  /** How many control queues the task hub has. */
  partitionCount: number;
  maxConcurrentActivities: number;
  /** Absent: unlimited. */
  functionTimeoutMs?: number;
}

const schema = z.object({
  version: z.literal('2.0'),
  functionTimeout: z.string().default('00:30:00'),
  extensions: z
    .object({
      http: z.object({ routePrefix: z.string().optional() }).optional(),
      durableTask: z
        .object({
          hubName: z.string().optional(),
          maxConcurrentActivityFunctions: z.int().positive().optional(),
          storageProvider: z.object({ partitionCount: z.int().min(1).max(16).optional() }).optional(),
        })
        .optional(),
    })
    .default({}),
});

export function readHostJson(appFolder: string): HostJson {
  const file = join(appFolder, 'host.json');
  const parsed = schema.safeParse(readJson(file));
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`);
    throw new HostError('BadHostJson', `${file}: ${problems.join('; ')}`);
  }
  const { functionTimeout, extensions } = parsed.data;
  const {
    hubName = 'TestHubName',
    maxConcurrentActivityFunctions = 10,
    storageProvider,
  } = extensions.durableTask ?? {};
  return {
    routePrefix: (extensions.http?.routePrefix ?? 'api').replace(/^\/+|\/+$/g, ''),
    hubName: resolveSettings(hubName, `${file}: extensions.durableTask.hubName`),
    partitionCount: storageProvider?.partitionCount ?? 4,
    maxConcurrentActivities: maxConcurrentActivityFunctions,
    ...timeout(functionTimeout, file),
  };
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new HostError('BadHostJson', `${file}: ${messageOf(error)}`, { cause: error });
  }
}

/** A .NET TimeSpan, `[d.]hh:mm:ss`; `-1` means unlimited. */
function timeout(text: string, file: string): { functionTimeoutMs?: number } {
  if (text === '-1') return {};
  const parts = /^(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2})$/.exec(text);
  if (!parts) throw new HostError('BadHostJson', `${file}: functionTimeout "${text}" is not hh:mm:ss`);
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  return { functionTimeoutMs: (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000 };
}
