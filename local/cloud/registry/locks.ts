/**
 * The locks of Azure Container Registry: `writeEnabled: false` blocks overwriting and deleting, `deleteEnabled: false` deleting,
 * `readEnabled: false` pulling. Repository, manifest and tag are locked each on its own: a locked tag does not protect its manifest.
 *
 * Source: https://learn.microsoft.com/azure/container-registry/container-registry-image-lock
 */
import type { Attributes } from './images.ts';
import { RegistryError } from './registry-error.ts';

export type Operation = 'read' | 'write' | 'delete';

export const UNLOCKED: Attributes = { deleteEnabled: true, writeEnabled: true, readEnabled: true, listEnabled: true };

/** Throws `RegistryError` with status 405 when one of these, as far as it exists, does not allow the operation. */
export function refuseLocked(operation: Operation, ...things: ({ attributes: Attributes } | undefined)[]): void {
  if (things.every((thing) => thing === undefined || allows(operation, thing.attributes))) return;
  throw new RegistryError({
    status: 405,
    code: 'REGISTRY_DISALLOWED_OPERATION',
    message:
      'The operation is disallowed on this registry, repository or image. View troubleshooting steps at https://aka.ms/acr/faq/#why-does-my-pull-or-push-request-fail-with-disallowed-operation',
    detail: {},
  });
}

function allows(operation: Operation, attributes: Attributes): boolean {
  if (operation === 'read') return attributes.readEnabled;
  if (operation === 'write') return attributes.writeEnabled;
  return attributes.writeEnabled && attributes.deleteEnabled;
}
