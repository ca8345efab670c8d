/**
 * Reads a container group file (the format of `az container create --file`) as far as a rollout needs it.
 *
 * What Azure alone can judge is left to Azure. Problems are shown in the group file itself.
 */
import { z } from 'zod';
import type { ContainerGroupFile } from '../policy.ts';
import { formatReference, isImageOf } from '../reference.ts';
import type { RepositoryReference } from '../reference.ts';
import { readFields } from './fields.ts';
import type { Place } from './place.ts';
import { containerGroupName } from './schemas.ts';

const fields = {
  name: containerGroupName.describe('the name of the container group'),
  location: z.string().min(1, 'name the Azure region').describe('the Azure region, such as westeurope'),
  properties: z.looseObject({}).describe('the specification, with its containers'),
};
const containers = {
  containers: z.array(z.unknown()).min(1, 'the group needs at least one container').describe('a list of at least one'),
};
const container = {
  name: z.string().min(1, 'a container needs a name').describe('the name of the container'),
  properties: z.looseObject({}).describe('what the container is, with its image'),
};
const image = { image: z.string().min(1, 'a container needs an image').describe('the image that the container runs') };

const KEPT = { others: 'kept' } as const;

/** `undefined`: something is wrong, and was reported. Without `runs` (which is then wrong itself) any image will do. */
export function readGroupFile(place: Place, runs: RepositoryReference | undefined): ContainerGroupFile | undefined {
  const { name, location, properties } = readFields(place, fields, KEPT);
  const list = properties && readFields(place.child('properties'), containers, KEPT).containers;
  if (!list) return undefined;

  const at = place.child('properties').child('containers');
  const images = list.map((_, index) => readContainer(at.child(index)));
  if (name === undefined || location === undefined || !images.every((text) => text !== undefined)) return undefined;
  if (runs && !images.some((text) => isImageOf(runs, text))) {
    at.problemAtKey(
      `no container runs ${formatReference(runs)}, which is what this app runs. ` +
        `Its containers run ${images.map((text) => `"${text}"`).join(', ')}.`,
    );
    return undefined;
  }
  // Every field of the type was read above; the rest of the file passes through as it is.
  return place.value as ContainerGroupFile;
}

function readContainer(place: Place): string | undefined {
  const { name, properties } = readFields(place, container, KEPT);
  const read = properties && readFields(place.child('properties'), image, KEPT);
  return name === undefined ? undefined : read?.image;
}
