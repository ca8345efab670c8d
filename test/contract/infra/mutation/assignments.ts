/** The role assignments of the walkthrough's snapshots, by what they say, and one of them taken away for a while. */
import { builtInRoles } from '../../../../local/cloud/roles/definitions.ts';
import type { AzureClient } from '../../../../local/provision/azure-client.ts';
import { assignedIn, ofType } from '../../../unit/infra/snapshot.ts';

const AUTHORIZATION = '2022-04-01';

const nameOf = (guid: string): string => builtInRoles.find((role) => role.guid === guid)?.name ?? guid;

interface Assignment {
  id: string;
  /** The calls that need it, a colon, and what for: see `grant` in infra/roles.bicep. */
  because: string;
}

/** By who has which role where. */
export const assignments: Map<string, Assignment> = new Map(
  ['walkthrough', 'walkthrough-subscriptions'].flatMap((stage) => {
    const ids = ofType(stage, 'Microsoft.Authorization/roleAssignments').map(({ id = '' }) => id);
    return assignedIn(stage, nameOf).map(({ who, role, where, because }, at): [string, Assignment] => [
      `${who}: ${role} on ${where}`,
      { id: ids[at] ?? '', because },
    ]);
  }),
);

function assignmentOf(assignment: string): Assignment {
  const found = assignments.get(assignment);
  if (!found) throw new Error(`the snapshots have no assignment "${assignment}"`);
  return found;
}

/** The first of the calls that the template says need it. */
export function callOf(assignment: string): string {
  const { because } = assignmentOf(assignment);
  const [, call] = /^([^,:]+)[^:]*: ./.exec(because) ?? [];
  if (call === undefined) throw new Error(`"${assignment}" names no call: ${because}`);
  return call;
}

export interface TakenAway {
  giveBack(): Promise<unknown>;
}

export async function takeAway(azure: AzureClient, assignment: string): Promise<TakenAway> {
  const { id } = assignmentOf(assignment);
  const { properties } = (await azure.get(id, AUTHORIZATION)) as { properties: Record<string, string> };
  const { principalId, principalType, roleDefinitionId } = properties;
  await azure.delete(id, AUTHORIZATION);
  return {
    giveBack: () => azure.put(id, AUTHORIZATION, { properties: { principalId, principalType, roleDefinitionId } }),
  };
}
