/** Reads one image of ours: where its versions appear, and which promoted bases it is built from. */
import { z } from 'zod';
import type { Image } from '../policy.ts';
import type { RepositoryReference } from '../reference.ts';
import { didYouMean } from './did-you-mean.ts';
import { readFields } from './fields.ts';
import type { Place } from './place.ts';
import { buildArgument, isName, NAME_RULE, repositoryReference, tagPattern, taskName } from './schemas.ts';

/** What could be read; `image` is there only if all of it is right. */
export interface ImageDraft {
  name: string;
  place: Place;
  reference?: RepositoryReference;
  tags: string[];
  /** Gates whose promotions it is built from, as far as they exist. */
  bases: string[];
  image?: Image;
}

export const imageFields = {
  repository: repositoryReference.meta({
    description: 'where its versions are pushed, such as ${TEAM_REGISTRY}/hello-world',
    examples: ['${TEAM_REGISTRY}/hello-world'],
  }),
  tags: z
    .array(tagPattern)
    .min(1, 'name the pushed tags that count as new versions, such as ["*"]')
    .default(['*'])
    .meta({
      description: 'patterns of the pushed tags that count as new versions',
      examples: [['v*']],
    }),
  build: z.unknown(),
};

const PASS_EXAMPLE = 'a build argument and the gate whose base it gets, such as { BASE_IMAGE: node }';
export const buildFields = {
  task: taskName.meta({ description: 'the ACR task that builds it', examples: ['hello-world'] }),
  pass: z
    .record(z.string(), z.string())
    .refine((pass) => Object.keys(pass).length > 0, `name ${PASS_EXAMPLE}`)
    .meta({ description: PASS_EXAMPLE, examples: [{ BASE_IMAGE: 'node' }] }),
};

export function readImage(name: string, at: Place, { gates }: { gates: string[] }): ImageDraft {
  const place = at.about(`image "${name}"`);
  if (!isName(name)) place.problemAtKey(`${NAME_RULE}.`);

  const { repository, tags } = readFields(place, imageFields);
  const buildPlace = place.child('build').about(`image "${name}", build`);
  const build = buildPlace.value === undefined ? undefined : readBuild(buildPlace, gates);
  const bases = Object.values(build?.pass ?? {});
  const draft: ImageDraft = { name, place, tags: tags ?? [], bases, ...(repository && { reference: repository }) };
  if (!repository || !tags) return draft;
  if (buildPlace.value === undefined) return { ...draft, image: { name, ...repository, tags } };
  if (build?.task === undefined) return draft;
  return { ...draft, image: { name, ...repository, tags, build: { task: build.task, pass: build.pass } } };
}

/** In `pass` (argument → gate), entries that are wrong are reported and left out. */
function readBuild(place: Place, gates: string[]): { task: string | undefined; pass: Record<string, string> } {
  const { task, pass = {} } = readFields(place, buildFields);
  const right = Object.entries(pass).filter(([argument, gate]) => {
    const at = place.child('pass').child(argument);
    const isArgument = buildArgument.test(argument);
    if (!isArgument)
      at.problemAtKey(`pass: "${argument}" is no build argument: letters, digits and "_", no digit first.`);
    if (!gates.includes(gate)) at.problem(`pass: "${gate}" is not a gate.${didYouMean(gate, gates)}`);
    return isArgument && gates.includes(gate);
  });
  return { task, pass: Object.fromEntries(right) };
}
