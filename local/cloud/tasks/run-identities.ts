/**
 * Whom a run may act as: the identities of its task, and, where the request says so, whoever asked for it.
 *
 * https://learn.microsoft.com/azure/container-registry/container-registry-tasks-authentication-managed-identity
 */
import { principalOf } from '../identity/user-assigned.ts';
import type { CloudConfig } from '../world.ts';
import { RunFailed } from './failures.ts';
import type { RunIdentities, TaskRecord } from './records.ts';

export const identitiesOfTask = ({ principalId, resource }: TaskRecord): RunIdentities => ({
  ...(/systemassigned/i.test(resource.identity?.type ?? '') ? { system: principalId } : {}),
  userAssigned: Object.keys(resource.identity?.userAssignedIdentities ?? {}),
});

/** The object id behind `[system]`, `[caller]` or a client id. Throws `RunFailed` for one that the run does not have. */
export function objectIdOf(
  identity: string,
  { system, userAssigned, caller }: RunIdentities,
  config: Pick<CloudConfig, 'principals'>,
): string {
  if (identity === '[system]') {
    if (system !== undefined) return system;
    throw new RunFailed('the identity [system] is used, and the task has no system-assigned identity');
  }
  if (identity === '[caller]') {
    if (caller !== undefined) return caller;
    throw new RunFailed('the identity [caller] is used, which only quick runs have');
  }
  const principal = userAssigned
    .map((id) => principalOf(id, config))
    .find((known) => known?.clientId.toLowerCase() === identity.toLowerCase());
  if (principal) return principal.objectId;
  throw new RunFailed(
    `the client id ${identity} is of no user-assigned identity of the task; a run acts as none that its task does not have`,
  );
}
