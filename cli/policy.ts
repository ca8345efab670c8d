/**
 * Reads a policy folder as the app does, with the settings that its `${NAME}` stand for: from `--set`, from the environment by the app's own
 * rules, and from the local system, if there is one. `--any` leaves the others open, by a value that stands for any.
 */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { folderListing } from '../shared/folder-listing.ts';
import { parsePolicy, type ParsedPolicy, type PolicyFile } from '../shared/domain/parse-policy.ts';
import { readPolicyFiles, sha256 } from '../shared/policy-files.ts';
import { policyVariables } from '../shared/settings/policy-variables.ts';
import { findLocalSystem } from './app/local-system.ts';
import { WrongUse, type Terminal } from './command.ts';

export const policyOptions = {
  set: { type: 'string', multiple: true },
  any: { type: 'boolean' },
} as const;

export const POLICY_HELP = `  --set NAME=value  a setting that the policy names as \${NAME}; may be given more than once. Others are taken from the
                    environment (…_REGISTRY, and what POLICY_VARIABLES lists) and from the local system
  --any             leave settings that are not set open`;

export interface PolicyAsked {
  set?: string[] | undefined;
  any?: boolean | undefined;
}

/** `open`: names of settings that stand for any value. */
export async function readPolicy(
  named: string,
  asked: PolicyAsked,
  terminal: Terminal,
): Promise<{ files: PolicyFile[]; parsed: ParsedPolicy; open: string[] }> {
  const folder = resolve(terminal.folder, named);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw new WrongUse(`"${named}" is no folder`);
  const listing = await folderListing(folder)();
  if (listing.kind === 'unreadable') throw new Error(listing.problem);
  const files = await readPolicyFiles(folder, listing.paths);

  const settings = {
    ...findLocalSystem(terminal.folder)?.policySettings,
    ...policyVariables(terminal.environment),
    ...Object.fromEntries((asked.set ?? []).map(setting)),
  };
  const missing = asked.any ? namesIn(files).filter((name) => !Object.hasOwn(settings, name)) : [];
  const standIns = Object.fromEntries(missing.map((name) => [name, standIn(name)]));
  const parsed = parsePolicy({ files, settings: { ...standIns, ...settings }, hash: sha256 });
  const open = parsed.kind === 'valid' ? missing.filter((name) => Object.hasOwn(parsed.settings, name)) : missing;
  return { files, parsed, open };
}

function setting(text: string): [string, string] {
  const [, name, value] = /^([A-Z][A-Z0-9_]*)=(.+)$/s.exec(text) ?? [];
  if (name !== undefined && value !== undefined) return [name, value];
  throw new WrongUse(`--set: write NAME=value, with a name in capitals; "${text}" is something else`);
}

/** What looks like a setting in any YAML file. */
const namesIn = (files: PolicyFile[]): string[] => {
  const texts = files.filter(({ path }) => /\.ya?ml$/.test(path)).map(({ text }) => text);
  const found = texts.flatMap((text) =>
    [...text.matchAll(/(?<!\$)\$\{([A-Z][A-Z0-9_]*)\}/g)].map(([, name]) => name ?? ''),
  );
  return [...new Set(found)].toSorted();
};

/** Of two registries each is another one; of the rest nobody knows what it has to look like. */
const standIn = (name: string): string =>
  name.endsWith('_REGISTRY') ? `${name.toLowerCase().replaceAll('_', '')}.azurecr.io` : 'any';
