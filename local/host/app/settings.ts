/** Puts the environment in place that an app finds under Azure: its settings, and what the platform sets. What is set already wins. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { HostError, messageOf } from '../host-error.ts';

const localSettings = z.object({
  IsEncrypted: z.boolean().default(false),
  Values: z.record(z.string(), z.string()).default({}),
});

export function applySettings(appFolder: string): void {
  for (const [name, value] of Object.entries(readLocalSettings(appFolder))) process.env[name] ??= value;
  process.env['FUNCTIONS_WORKER_RUNTIME'] ??= 'node';
  process.env['AZURE_FUNCTIONS_ENVIRONMENT'] ??= 'Development';
}

/** Without this variable the durable client rewrites every management URL to port 7071. */
export function applyHostname(port: number): void {
  process.env['WEBSITE_HOSTNAME'] ??= `localhost:${port}`;
}

/** A function is switched off by `AzureWebJobs.<name>.Disabled`, or with underscores where names of variables cannot have dots. */
export function isDisabled(functionName: string): boolean {
  const value =
    process.env[`AzureWebJobs.${functionName}.Disabled`] ?? process.env[`AzureWebJobs_${functionName}_Disabled`];
  return /^(true|1)$/i.test(value ?? '');
}

/** `%NAME%` stands for an app setting. Throws when it is not set, as the Azure host does. */
export function resolveSettings(text: string, where: string): string {
  return text.replace(/%([^%]+)%/g, (_, name: string) => {
    const value = process.env[name];
    if (value === undefined) throw new HostError('BadSettings', `${where} names %${name}%, which is not set`);
    return value;
  });
}

function readLocalSettings(appFolder: string): Record<string, string> {
  const file = join(appFolder, 'local.settings.json');
  if (!existsSync(file)) return {};
  try {
    const { IsEncrypted, Values } = localSettings.parse(JSON.parse(readFileSync(file, 'utf8')));
    if (!IsEncrypted) return Values;
    throw new HostError('BadSettings', `${file} is encrypted; \`func settings decrypt\` in its folder undoes that`);
  } catch (error) {
    if (error instanceof HostError) throw error;
    // The text of a JSON error may quote the file, and this file holds secrets.
    const problem = error instanceof SyntaxError ? 'is not valid JSON' : 'must hold {"Values": {"NAME": "text"}}';
    if (error instanceof SyntaxError || error instanceof z.ZodError) {
      throw new HostError('BadSettings', `${file} ${problem}`);
    }
    throw new HostError('BadSettings', `${file}: ${messageOf(error)}`, { cause: error });
  }
}
