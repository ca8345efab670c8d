/** Reports bases of `config` checks that are no gates: a check that asks for what nobody promotes would stop everything. */
import { didYouMean } from './did-you-mean.ts';
import type { GateDraft } from './gate.ts';

export function reportBases(gates: GateDraft[]): void {
  const names = gates.map(({ name }) => name);
  for (const { gate, place } of gates) {
    for (const check of gate?.checks ?? []) {
      if (check.kind !== 'config') continue;
      const at = place.child('checks').child(check.name).child('config').child('base');
      for (const [index, base] of (check.bases ?? []).entries()) {
        const subject = at.child(index).about(`gate "${gate?.name}", check "${check.name}"`);
        if (!names.includes(base)) subject.problem(`base: "${base}" is not a gate.${didYouMean(base, names)}`);
        else if (base === gate?.name)
          subject.problem(`base: a gate cannot stand on what it has yet to promote itself.`);
      }
    }
  }
}
