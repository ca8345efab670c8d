/** The role assignments of the walkthrough's snapshots, by what they say, and one of them taken away for a while. */
import { builtInRoles } from '../../../../local/cloud/roles/definitions.ts';
import type { AzureClient } from '../../../../local/provision/azure-client.ts';
import { assignedIn, ofType } from '../../../unit/infra/snapshot.ts';

const AUTHORIZATION = '2022-04-01';

const nameOf = (guid: string): string => builtInRoles.find((role) => role.guid === guid)?.name ?? guid;

/** Ids, by who has which role where. */
export const assignments: Map<string, string> = new Map(
  ['walkthrough', 'walkthrough-subscriptions'].flatMap((stage) => {
    const ids = ofType(stage, 'Microsoft.Authorization/roleAssignments').map(({ id = '' }) => id);
    return assignedIn(stage, nameOf).map(({ who, role, where }, at): [string, string] => [
      `${who}: ${role} on ${where}`,
      ids[at] ?? '',
    ]);
  }),
);

export interface TakenAway {
  giveBack(): Promise<unknown>;
}

export async function takeAway(azure: AzureClient, assignment: string): Promise<TakenAway> {
  const id = assignments.get(assignment);
  if (id === undefined) throw new Error(`the snapshots have no assignment "${assignment}"`);
  const { properties } = (await azure.get(id, AUTHORIZATION)) as { properties: Record<string, string> };
  const { principalId, principalType, roleDefinitionId } = properties;
  await azure.delete(id, AUTHORIZATION);
  return {
    giveBack: () => azure.put(id, AUTHORIZATION, { properties: { principalId, principalType, roleDefinitionId } }),
  };
}
