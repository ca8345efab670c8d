/**
 * Finds circles: a gate that promotes what, in the end, is made from its own promotions would start itself again for ever.
 *
 * An image's versions may carry tags that only its task knows, so a gate that follows any tag of an image's repository counts as
 * following the image.
 */
import { acceptsTag } from '../graph.ts';
import { sameRepository } from '../reference.ts';
import type { GateDraft } from './gate.ts';
import type { ImageDraft } from './image.ts';
import type { Place } from './place.ts';

interface Node {
  label: string;
  place: Place;
  /** What is made anew when this is. */
  feeds: Node[];
}

export function reportCycles(gates: GateDraft[], images: ImageDraft[]): void {
  for (const cycle of cyclesIn(graphOf(gates, images))) {
    const path = [...cycle, cycle[0]].map((node) => node?.label).join(' → ');
    cycle[0]?.place.problemAtKey(
      `this goes round in a circle: ${path}. Each promotion would start the next; break it.`,
    );
  }
}

function graphOf(gates: GateDraft[], images: ImageDraft[]): Node[] {
  const gateNodes = gates.map((draft) => ({ draft, ...node('gate', draft) }));
  const imageNodes = images.map((draft) => ({ draft, ...node('image', draft) }));
  for (const gate of gateNodes) {
    const { name, to, from } = gate.draft;
    for (const other of gateNodes) {
      // A gate that follows itself has a message of its own.
      if (
        other !== gate &&
        to &&
        other.draft.from &&
        sameRepository(to, other.draft.from) &&
        to.tag === other.draft.from.tag
      )
        gate.feeds.push(other);
    }
    for (const image of imageNodes) {
      const { reference, bases, tags } = image.draft;
      const pushesVersions = to && reference && sameRepository(to, reference) && acceptsTag(tags, to.tag);
      if (bases.includes(name) || pushesVersions) gate.feeds.push(image);
      if (from && reference && sameRepository(from, reference)) image.feeds.push(gate);
    }
  }
  return [...gateNodes, ...imageNodes];
}

const node = (kind: string, { name, place }: { name: string; place: Place }): Node => ({
  label: `${kind} "${name}"`,
  place,
  feeds: [],
});

/** One cycle for each edge that leads back, in a depth-first walk. */
function cyclesIn(nodes: Node[]): Node[][] {
  const cycles: Node[][] = [];
  const done = new Set<Node>();
  const walk = (at: Node, path: Node[]): void => {
    const back = path.indexOf(at);
    if (back >= 0) cycles.push(path.slice(back));
    if (back >= 0 || done.has(at)) return;
    for (const next of at.feeds) walk(next, [...path, at]);
    done.add(at);
  };
  for (const start of nodes) walk(start, []);
  return cycles;
}
