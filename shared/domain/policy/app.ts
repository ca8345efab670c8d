/** Reads one app: the container group it is, the image it runs, and how to tell that it is well. */
import { z } from 'zod';
import type { FreezeWindow } from '../freeze.ts';
import type { App, ContainerGroupFile } from '../policy.ts';
import type { RepositoryReference } from '../reference.ts';
import { didYouMean } from './did-you-mean.ts';
import { readFields } from './fields.ts';
import { freeze, joined } from './freeze-window.ts';
import type { GateDraft } from './gate.ts';
import { readGroupFile } from './group-file.ts';
import type { ImageDraft } from './image.ts';
import type { Place } from './place.ts';
import type { PolicyFiles } from './policy-files.ts';
import { duration, isName, NAME_RULE, policyPath, resourceGroup } from './schemas.ts';

/** What could be read; `app` is there only if all of it is right. */
export interface AppDraft {
  name: string;
  place: Place;
  runs?: App['runs'];
  resourceGroup?: string;
  group?: ContainerGroupFile;
  app?: App;
}

export const appFields = {
  runs: z.string().meta({
    description: 'the image that it runs, or a gate for a public image as it is',
    examples: ['hello-world'],
  }),
  group: policyPath.meta({
    description: 'its container group file, such as apps/hello-world.yaml',
    examples: ['apps/hello-world.yaml'],
  }),
  resourceGroup: resourceGroup.meta({
    description: 'the resource group of its container group',
    examples: ['hello-world-aci-rg'],
  }),
  freeze: freeze.optional(),
  health: z.unknown(),
};

const PORT_RULE = 'a port is a whole number from 1 to 65535';
const STATUS_RULE = 'a status is a whole number from 100 to 599';
export const healthFields = {
  path: z
    .string()
    .regex(/^\/[\x21-\x7e]*$/, 'a path begins with "/" and has no spaces')
    .default('/')
    .meta({ description: 'the path that is asked', examples: ['/health'] }),
  port: z
    .int(PORT_RULE)
    .min(1, PORT_RULE)
    .max(65_535, PORT_RULE)
    .meta({
      description: 'the port that answers, such as 80',
      examples: [80],
    }),
  status: z
    .int(STATUS_RULE)
    .min(100, STATUS_RULE)
    .max(599, STATUS_RULE)
    .default(200)
    .meta({
      description: 'the status of a healthy answer',
      examples: [204],
    }),
  within: duration
    .refine((ms) => ms > 0, 'an app gets at least 1s to become healthy')
    .prefault('2m')
    .meta({
      description: 'how long a deployment may take to become healthy',
      examples: ['5m'],
    }),
};

export interface AppSurroundings {
  folder: PolicyFiles;
  gates: GateDraft[];
  images: ImageDraft[];
  /** At the top of its file. */
  freeze: FreezeWindow[];
}

export function readApp(name: string, at: Place, { folder, gates, images, freeze: atTop }: AppSurroundings): AppDraft {
  const place = at.about(`app "${name}"`);
  if (!isName(name)) place.problemAtKey(`${NAME_RULE}.`);

  const { runs: wanted, group: path, resourceGroup, freeze: own } = readFields(place, appFields);
  const freezes = joined(place, atTop, own);
  const runs = wanted === undefined ? undefined : readRuns(wanted, place.child('runs'), { gates, images });
  const groupPlace = path === undefined ? undefined : folder.openGroupFile(path, place.child('group'));
  const group = groupPlace && readGroupFile(groupPlace.about(`app "${name}"`), runs?.image);
  const health =
    place.child('health').value === undefined
      ? 'none'
      : readHealth(place.child('health').about(`app "${name}", health`));
  const draft: AppDraft = {
    name,
    place,
    ...(runs && { runs: runs.runs }),
    ...(resourceGroup !== undefined && { resourceGroup }),
    ...(group && { group }),
  };
  if (!runs?.image || resourceGroup === undefined || !group || !health) return draft;
  const app: App = { name, runs: runs.runs, image: runs.image, resourceGroup, group, freeze: freezes };
  return { ...draft, app: health === 'none' ? app : { ...app, health } };
}

function readRuns(
  wanted: string,
  place: Place,
  { gates, images }: { gates: GateDraft[]; images: ImageDraft[] },
): { runs: App['runs']; image?: RepositoryReference } | undefined {
  const image = images.find(({ name }) => name === wanted);
  if (image) return { runs: { kind: 'image', image: wanted }, ...(image.reference && { image: image.reference }) };
  const gate = gates.find(({ name }) => name === wanted);
  if (gate) {
    const target = gate.to && { host: gate.to.host, repository: gate.to.repository };
    return { runs: { kind: 'gate', gate: wanted }, ...(target && { image: target }) };
  }
  const names = [...images, ...gates].map(({ name }) => name);
  place.problem(`runs: "${wanted}" is neither an image nor a gate.${didYouMean(wanted, names)}`);
  return undefined;
}

function readHealth(place: Place): App['health'] {
  const { path, port, status, within } = readFields(place, healthFields);
  if (path === undefined || port === undefined || status === undefined || within === undefined) return undefined;
  return { path, port, status, withinSeconds: within / 1_000 };
}
