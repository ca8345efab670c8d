/** What the service says when it refuses, in Azure's codes and words where they are known; `docs/local-runtime-instances.md` says which are. */
import type { Refusal } from './parse-group.ts';

export type Refused = { kind: 'refused'; status: 400 | 404 | 409 } & Refusal;

export const refused = (status: Refused['status'], code: string, message: string): Refused => ({
  kind: 'refused',
  status,
  code,
  message,
});

export const refusedMissing = (key: string) =>
  refused(404, 'ResourceNotFound', `The container group '${key.split('/').at(-1)}' was not found.`);

export const refusedTransition = (name: string) =>
  refused(
    409,
    'ContainerGroupTransitioning',
    `The container group '${name}' is still transitioning, please retry later.`,
  );

export const refusedImage = (name: string, image: string) =>
  refused(
    400,
    'InaccessibleImage',
    `The image '${image}' in container group '${name}' is not accessible. Please check the image and registry credential.`,
  );

export const refusedNameTaken = (name: string, other: string) =>
  refused(
    400,
    'NotEmulated',
    `The local cloud keeps one container group of a name, and '${name}' is ${other} already: its name is in the names of its containers.`,
  );

export const refusedUpdate = (name: string, properties: string[]) =>
  refused(
    400,
    'InvalidContainerGroupUpdate',
    `The updates on container group '${name}' are invalid. If you are going to update the os type, restart policy, network profile, CPU, memory or GPU resources for a container group, you must delete it first and then create a new one. Changed here: ${properties.join(', ')}.`,
  );
