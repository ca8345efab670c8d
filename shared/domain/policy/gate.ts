/** Reads one gate: which upstream it follows, what it asks of a candidate, and where what passes goes. */
import { z } from 'zod';
import type { FreezeWindow } from '../freeze.ts';
import type { Gate } from '../policy.ts';
import type { Tag, TagReference } from '../reference.ts';
import { readApproval } from './approval.ts';
import { readChecks } from './check.ts';
import { filledIn, type Defaults } from './defaults.ts';
import { freeze, joined } from './freeze-window.ts';
import { readFields, type ReadFields } from './fields.ts';
import * as own from './gate-fields.ts';
import { BUILT_IN } from './gate-fields.ts';
import type { Place } from './place.ts';
import type { PolicyFiles } from './policy-files.ts';
import { isName, NAME_RULE, tagReference } from './schemas.ts';
import { uniqueProblem } from './unique.ts';

/** What could be read; `gate` is there only if all of it is right. */
export interface GateDraft {
  name: string;
  place: Place;
  from?: TagReference;
  to?: TagReference;
  gate?: Gate;
}

export const gateFields = {
  from: tagReference.meta({
    description: 'the upstream tag to follow, such as docker.io/library/node:22-alpine',
    examples: ['docker.io/library/node:22-alpine'],
  }),
  to: tagReference.meta({
    description: 'the stable tag that teams build on, such as ${BASE_REGISTRY}/node:22-alpine',
    examples: ['${BASE_REGISTRY}/node:22-alpine'],
  }),
  unique: own.uniqueTemplate.optional(),
  platforms: own.platforms.optional(),
  unchecked: own.unchecked.optional(),
  checks: z.unknown(),
  soak: own.soak.optional(),
  mode: own.gateMode.optional(),
  whenReplaced: own.whenReplaced.optional(),
  freeze: freeze.optional(),
  fastLane: own.fastLane.optional(),
  approval: z.unknown(),
};

export interface GateSurroundings {
  folder: PolicyFiles;
  hash: (text: string) => string;
  defaults: Defaults;
  /** At the top of its file. */
  freeze: FreezeWindow[];
}

export function readGate(
  name: string,
  at: Place,
  { folder, hash, defaults, freeze: atTop }: GateSurroundings,
): GateDraft {
  const subject = `gate "${name}"`;
  const place = at.about(subject);
  if (!isName(name)) place.problemAtKey(`${NAME_RULE}.`);

  const read = readFields(place, gateFields);
  const { from, to, fastLane } = read;
  const freezes = joined(place, atTop, read.freeze);
  const checks = place.isMapping
    ? readChecks(place, { gate: name, subject, folder, hash, timeoutMs: defaults.timeout ?? BUILT_IN.timeout })
    : undefined;

  const wanted = withDefaults(place, read, defaults);
  const { unique } = wanted;
  if (unique !== undefined) {
    const problem = uniqueProblem(unique, to?.tag ?? ('stable' as Tag));
    if (problem) place.child('unique').problem(`unique: ${problem}.`);
  }
  const draft: GateDraft = { name, place, ...(from && { from }), ...(to && { to }) };
  const { platforms, unchecked, soak: soakMs, mode, whenReplaced, approval } = wanted;
  if (platforms && unchecked) checkPlatforms(place, { platforms, unchecked, checks: checks?.length ?? 0 });
  if (!from || !to || !checks || unique === undefined || !platforms || !unchecked) return draft;
  if (soakMs === undefined || !mode || !whenReplaced || !approval) return draft;
  const wish = { checks, soakMs, mode, whenReplaced, freeze: freezes, ...(fastLane ? { fastLane } : {}) };
  const gate: Gate = { name, from, to, unique, platforms, unchecked, ...wish };
  return { ...draft, gate: approval === 'none' ? gate : { ...gate, approval } };
}

/** A candidate is settled with all its evidence in one transaction of the ledger, and such a one has 100 rows at most. */
const MOST_QUESTIONS = 90;

function checkPlatforms(
  place: Place,
  { platforms, unchecked, checks }: { platforms: string[]; unchecked: string[]; checks: number },
): void {
  const both = unchecked.filter((name) => platforms.includes(name));
  const at = place.child('unchecked');
  if (both.length > 0)
    at.problem(`unchecked: ${both.join(', ')} stands in "platforms" too. Take it out of one of them.`);
  if (platforms.length === 1 && unchecked.length > 0) {
    at.problem(
      'unchecked: it goes with several platforms. One platform is checked and promoted alone; remove it, or name the others in "platforms".',
    );
  }
  const questions = platforms.length * checks;
  if (questions > MOST_QUESTIONS) {
    place
      .child('platforms')
      .problem(
        `platforms: ${checks} checks on ${platforms.length} platforms are ${questions} questions, and a gate asks ${MOST_QUESTIONS} at most; name fewer.`,
      );
  }
}

function withDefaults(place: Place, read: ReadFields<typeof gateFields>, defaults: Defaults) {
  const { platforms, soak, unique, mode, whenReplaced, approval } = defaults;
  const ownApproval = place.child('approval');
  return {
    unchecked: place.child('unchecked').value === undefined ? [] : read.unchecked,
    platforms: filledIn(place, 'platforms', {
      read: read.platforms,
      fallback: platforms,
      builtIn: [...BUILT_IN.platforms],
    }),
    soak: filledIn(place, 'soak', { read: read.soak, fallback: soak, builtIn: BUILT_IN.soak }),
    unique: filledIn(place, 'unique', { read: read.unique, fallback: unique, builtIn: BUILT_IN.unique }),
    mode: filledIn(place, 'mode', { read: read.mode, fallback: mode, builtIn: BUILT_IN.mode }),
    whenReplaced: filledIn(place, 'whenReplaced', {
      read: read.whenReplaced,
      fallback: whenReplaced,
      builtIn: BUILT_IN.whenReplaced,
    }),
    approval: filledIn(place, 'approval', {
      read: ownApproval.value === undefined ? undefined : readApproval(ownApproval),
      fallback: approval,
      builtIn: 'none' as const,
    }),
  };
}
