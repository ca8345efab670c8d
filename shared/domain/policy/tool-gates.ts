/**
 * The gates that checks take their tools from, and that waivers are for: they have to be there, and none may wait for itself.
 *
 * A gate whose scanner is its own next promotion would never have a first one.
 */
import type { GateDraft } from './gate.ts';
import { didYouMean } from './did-you-mean.ts';
import type { Place } from './place.ts';
import type { PolicyFiles } from './policy-files.ts';
import { readWaivers } from './waivers-file.ts';

interface Needed {
  gate: string;
  /** Where it is named. */
  at: Place;
}

export function reportToolGates(gates: GateDraft[], folder: PolicyFiles): void {
  const names = gates.map(({ name }) => name);
  const needs = new Map(gates.map((draft) => [draft.name, neededBy(draft)]));
  for (const { gate, at } of [...needs.values()].flat()) {
    if (!names.includes(gate)) at.problem(`there is no gate "${gate}".${didYouMean(gate, names)}`);
  }
  for (const { name } of gates) {
    for (const { gate, at } of needs.get(name) ?? []) {
      if (reaches(needs, gate, name))
        at.problem(
          `gate "${name}" would wait for its own promotion${gate === name ? '' : `, by way of gate "${gate}"`}. Name this tool by digest.`,
        );
    }
  }
  reportWaiversForNobody(gates, names, folder);
}

function neededBy({ name: gate, place }: GateDraft): Needed[] {
  const checks = place.child('checks');
  if (!checks.isMapping) return [];
  return Object.keys(checks.value as object).flatMap((name) => {
    const scan = checks.child(name).about(`gate "${gate}", check "${name}"`).child('vulnerabilities');
    return [scan.child('scanner'), scan.child('database').child('image')].flatMap((tool) => {
      const at = tool.child('gate');
      return typeof at.value === 'string' ? [{ gate: at.value, at }] : [];
    });
  });
}

function reaches(needs: Map<string, Needed[]>, from: string, to: string, seen = new Set<string>()): boolean {
  if (from === to) return true;
  if (seen.has(from)) return false;
  seen.add(from);
  return (needs.get(from) ?? []).some(({ gate }) => reaches(needs, gate, to, seen));
}

function reportWaiversForNobody(gates: GateDraft[], names: string[], folder: PolicyFiles): void {
  const files = new Map<string, Place>();
  for (const { place } of gates) {
    const checks = place.child('checks');
    if (!checks.isMapping) continue;
    for (const name of Object.keys(checks.value as object)) {
      const at = checks.child(name).child('vulnerabilities').child('waivers');
      if (typeof at.value === 'string') files.set(at.value.replace(/^\.\//, ''), at);
    }
  }
  for (const [path, at] of files) {
    for (const { gates: only = [], place } of (folder.has(path) && readWaivers(path, folder, at)) || []) {
      for (const [index, gate] of only.entries()) {
        if (names.includes(gate)) continue;
        place
          .child('gates')
          .child(index)
          .problem(`there is no gate "${gate}".${didYouMean(gate, names)}`);
      }
    }
  }
}
