/** What is wrong between parts that are each right: names, tags and groups that two of them claim, and what nobody watches. */
import { formatReference, sameRepository } from '../reference.ts';
import type { AppDraft } from './app.ts';
import type { GateDraft } from './gate.ts';
import type { ImageDraft } from './image.ts';
import type { Place } from './place.ts';

export interface Drafts {
  gates: GateDraft[];
  images: ImageDraft[];
  apps: AppDraft[];
}

export function reportConflicts({ gates, images, apps }: Drafts): void {
  for (const [kind, things] of Object.entries({ gate: gates, image: images, app: apps }))
    reportRepeatedNames(kind, things);
  reportSharedNames(gates, images);
  for (const gate of gates) reportOwnUpstream(gate);
  reportSharedTags(gates);
  reportSharedGroups(apps);
  reportUngatedBases(apps, images);
}

/** In one file a name stands twice only as a slip that YAML refuses; two files know nothing of each other. */
function reportRepeatedNames(kind: string, things: { name: string; place: Place }[]): void {
  reportRepeated(
    things,
    ({ name }) => name,
    ({ place }, first) => {
      place.problemAtKey(`another ${kind} has this name too (${first.place.where}). Names are unique over all files.`);
    },
  );
}

function reportSharedNames(gates: GateDraft[], images: ImageDraft[]): void {
  for (const { name, place } of images) {
    const gate = gates.find((other) => other.name === name);
    if (!gate) continue;
    place.problemAtKey(
      `a gate has this name too (${gate.place.where}). A rollout is named after either, so rename one.`,
    );
  }
}

function reportOwnUpstream({ from, to, place }: GateDraft): void {
  if (from && to && sameRepository(from, to) && from.tag === to.tag) {
    place.child('to').problem(`to: this is the gate's own upstream, ${formatReference(from)}. Promote to another tag.`);
  }
}

function reportSharedTags(gates: GateDraft[]): void {
  reportRepeated(
    gates,
    ({ to }) => to && formatReference(to),
    (gate, first, tag) => {
      gate.place
        .child('to')
        .problem(
          `to: gate "${first.name}" writes ${tag} too (${first.place.child('to').where}). Give each gate its own tag.`,
        );
    },
  );
}

function reportSharedGroups(apps: AppDraft[]): void {
  // Azure compares these names without regard to case.
  const identity = ({ group, resourceGroup }: AppDraft) =>
    group && resourceGroup !== undefined ? `${resourceGroup}/${group.name}`.toLowerCase() : undefined;
  reportRepeated(apps, identity, (app, first, group) => {
    app.place.problemAtKey(`app "${first.name}" is the container group ${group} too (${first.place.where}). Keep one.`);
  });
}

function reportUngatedBases(apps: AppDraft[], images: ImageDraft[]): void {
  for (const { place, runs } of apps) {
    const image = runs?.kind === 'image' ? images.find(({ name }) => name === runs.image) : undefined;
    if (!image?.image || image.image.build) continue;
    place.warning(
      `image "${image.name}" is built from no gate, so nothing stands between this app and its public bases.`,
    );
  }
}

function reportRepeated<T>(
  things: T[],
  identity: (thing: T) => string | undefined,
  report: (thing: T, first: T, shared: string) => void,
): void {
  const firsts = new Map<string, T>();
  for (const thing of things) {
    const shared = identity(thing);
    if (shared === undefined) continue;
    const first = firsts.get(shared);
    if (first) report(thing, first, shared);
    else firsts.set(shared, thing);
  }
}
