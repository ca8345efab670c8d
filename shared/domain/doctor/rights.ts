/** Rights of the app and of what container groups pull with: compared with what this policy calls for, and with what the templates give. */
import type { Facts } from './facts.ts';
import { valueOf, type Finding } from './finding.ts';
import { missingRight, required } from './missing-rights.ts';
import { needsOf } from './needs.ts';
import { wideRights } from './wide-rights.ts';

export function rightsFindings(facts: Facts): Finding[] {
  const needs = needsOf(facts);
  const definitions = valueOf(facts.definitions);
  if (!definitions) return [];
  const identities = [['app', facts.app], ...Object.entries(facts.pulls)] as const;
  return identities.flatMap(([who, seen]) => {
    const identity = valueOf(seen);
    const held = identity && valueOf(facts.assignments[identity.objectId]);
    if (!held) return [];
    const called = who === 'app' ? 'the app' : `the identity ${who.split('/').at(-1)}`;
    const asked = needs.filter((need) => need.who === who);
    const holder = { called, objectId: identity.objectId, held, definitions };
    return [
      ...required(asked).flatMap((need) => missingRight(need, holder)),
      ...wideRights(asked, { ...holder, facts }),
    ];
  });
}
