/** A tag that moves at each step of its gate: what is promoted is always what was checked. */
import { expect } from 'vitest';
import { image } from '../../e2e/oci-layout.ts';
import type { CandidateSeen } from '../../e2e/system.ts';
import { MARKER, type Trick } from '../trick.ts';

/** When the tag moves on: once what it named is at this step. */
const STEPS: [what: string, reached: (candidate: CandidateSeen) => boolean][] = [
  ['seen', () => true],
  ['asked about', ({ evidence }) => evidence[MARKER] !== undefined],
  ['in its run', ({ evidence }) => evidence[MARKER]?.runId !== undefined],
  ['judged', ({ evidence, state }) => evidence[MARKER]?.state === 'done' || state === 'settled'],
  ['promoted', ({ outcome }) => outcome?.kind === 'promoted'],
];

const marked = (step: number) => image({ files: [{ path: 'marker', text: `number ${step}` }] });

const moving: Trick = {
  gate: 'moving',
  does: 'promotes nothing but what was checked, when the tag moves at each step of the gate',
  promoted: true,
  push: async (world) => world.push('moving', await marked(0)),
  async ends(first, world) {
    const numbers = new Map([[first.digest, 0]]);
    let offered = first;
    for (const [at, [what, reached]] of STEPS.entries()) {
      // What was replaced meanwhile is settled, and never comes that far.
      await offered.candidate(what, (candidate) => reached(candidate) || candidate.state === 'settled');
      const digest = await world.push('moving', await marked(at + 1));
      numbers.set(digest, at + 1);
      offered = world.offered(moving, digest);
    }
    await offered.candidate('promoted', ({ outcome }) => outcome?.kind === 'promoted');

    const promoted = world.stableDigests('moving');
    expect(promoted.at(-1)).toBe(offered.digest);
    for (const digest of promoted) {
      const { evidence } = await world.offered(moving, digest).candidate('checked', () => true);
      expect(evidence[MARKER]?.verdict).toBe('pass');
      expect(await world.offered(moving, digest).log()).toContain(`candidate | this is number ${numbers.get(digest)}`);
    }
  },
};

export const moves = [moving];
