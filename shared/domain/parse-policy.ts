/**
 * Makes the policy from the user's files, or says everything that is wrong with them at once.
 *
 * Pure: the caller reads the files and brings the hash function (SHA-256 in hex). Each part is read by its own file in `policy/`
 * into a draft, so that a wrong key in one gate hides neither the other keys nor the conflicts with other gates. `gates.yaml` and the
 * policy files of other teams beside it are one policy: what one names, another may have.
 */
import type { Policy } from './policy.ts';
import { readApp } from './policy/app.ts';
import { canonicalJson } from './policy/canonical-json.ts';
import { reportConflicts } from './policy/conflicts.ts';
import type { Drafts } from './policy/conflicts.ts';
import { reportCycles } from './policy/cycles.ts';
import { readDefaults } from './policy/defaults.ts';
import { readEntries, readFields } from './policy/fields.ts';
import { freeze, joined } from './policy/freeze-window.ts';
import { reportBases } from './policy/bases.ts';
import { readGate } from './policy/gate.ts';
import { readImage } from './policy/image.ts';
import type { Place } from './policy/place.ts';
import { PolicyFiles } from './policy/policy-files.ts';
import type { PolicyFile } from './policy/policy-files.ts';
import { formatProblem, inReadingOrder } from './policy/problem.ts';
import type { PolicyProblem } from './policy/problem.ts';
import { reportToolGates } from './policy/tool-gates.ts';
import { readUpstreams } from './policy/upstreams.ts';
import { z } from 'zod';

export { formatProblem };
export type { PolicyFile, PolicyProblem };

export interface PolicySource {
  /** Every file of the policy folder. */
  files: PolicyFile[];
  /** The settings that `${NAME}` may name. */
  settings: Record<string, string>;
  hash: (text: string) => string;
}

/** `settings`: those that were filled in. */
export type ParsedPolicy =
  { kind: 'valid'; policy: Policy; settings: Record<string, string> } | { kind: 'invalid'; problems: PolicyProblem[] };

export const policyFields = {
  version: z
    .literal(1, 'this release reads version 1; write "version: 1"')
    .meta({ description: 'write "version: 1"', examples: [1] }),
  defaults: z.unknown(),
  freeze: freeze.optional(),
  gates: z.unknown(),
  images: z.unknown(),
  apps: z.unknown(),
  upstreams: z.unknown(),
};

export function parsePolicy({ files, settings, hash }: PolicySource): ParsedPolicy {
  const folder = new PolicyFiles(files, settings);
  const { problems, warnings } = folder.findings;
  const parts = readParts(folder.openPolicies(), folder, hash);
  folder.reportUnknown();

  if (problems.length > 0) return { kind: 'invalid', problems: inReadingOrder(problems) };
  const used = Object.fromEntries([...folder.settingsUsed].map((name) => [name, settings[name] ?? '']));
  const policy: Policy = {
    hash: hash(
      canonicalJson({
        files: Object.fromEntries(files.map(({ path, text }) => [path, text])),
        settings: used,
      }),
    ),
    gates: byName(parts.gates.map(({ gate }) => gate)),
    images: byName(parts.images.map(({ image }) => image)),
    apps: byName(parts.apps.map(({ app }) => app)),
    upstreams: parts.upstreams,
    warnings: inReadingOrder(warnings).map(formatProblem),
  };
  return { kind: 'valid', policy, settings: used };
}

function readParts(roots: Place[], folder: PolicyFiles, hash: PolicySource['hash']) {
  const freezes = new Map(roots.map((root) => [root, joined(root, [], readFields(root, policyFields).freeze)]));
  const entries = (key: string) => roots.flatMap((root) => entriesOf(section(root, key)));
  if (!roots.some((root) => section(root, 'gates'))) {
    roots
      .find(({ isMapping }) => isMapping)
      ?.problemAtKey('"gates" is missing: a policy without a gate watches nothing.');
  }

  const gates = roots.flatMap((root) => {
    const defaults = root.isMapping ? readDefaults(root) : {};
    const freeze = freezes.get(root) ?? [];
    return entriesOf(section(root, 'gates')).map(([name, place]) =>
      readGate(name, place, { folder, hash, defaults, freeze }),
    );
  });
  reportBases(gates);
  const gateNames = gates.map(({ name }) => name);
  const images = entries('images').map(([name, place]) => readImage(name, place, { gates: gateNames }));
  const apps = roots.flatMap((root) =>
    entriesOf(section(root, 'apps')).map(([name, place]) =>
      readApp(name, place, { folder, gates, images, freeze: freezes.get(root) ?? [] }),
    ),
  );
  const upstreams = readUpstreams(entries('upstreams'), gates);

  const drafts: Drafts = { gates, images, apps };
  reportConflicts(drafts);
  reportCycles(gates, images);
  reportToolGates(gates, folder);
  return { ...drafts, upstreams };
}

const section = (root: Place, key: string): Place | undefined => {
  const place = root.child(key);
  return place.value === undefined ? undefined : place.about(key);
};

const entriesOf = (place: Place | undefined): [string, Place][] => (place && readEntries(place)) ?? [];

/** Without a prototype: `constructor` is a possible name, and a name asked for over HTTP must not find what nobody wrote. */
function byName<T extends { name: string }>(things: (T | undefined)[]): Record<string, T> {
  const record: Record<string, T> = Object.create(null);
  for (const thing of things) {
    if (!thing) throw new Error('A part of the policy could not be read, and nothing says why. This is a bug.');
    record[thing.name] = thing;
  }
  return record;
}
