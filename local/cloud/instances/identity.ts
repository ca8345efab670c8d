/**
 * How Azure answers the `identity` of a group: with the ids of the principals behind it. A user-assigned identity that the cloud was configured
 * with has the ids of that principal; any other has ids made from its resource id, the same each time.
 */
import { createHash } from 'node:crypto';
import { principalOf } from '../identity/user-assigned.ts';
import type { CloudConfig } from '../world.ts';
import type { GroupBody } from './specification.ts';

export function identityView(
  groupId: string,
  identity: GroupBody['identity'],
  config: CloudConfig,
): object | undefined {
  if (!identity || identity.type === 'None') return undefined;
  const assigned = Object.keys(identity.userAssignedIdentities ?? {});
  return {
    type: identity.type,
    tenantId: config.tenant,
    ...(identity.type.includes('SystemAssigned') ? { principalId: guidFrom(`principal ${groupId}`) } : {}),
    ...(assigned.length > 0
      ? { userAssignedIdentities: Object.fromEntries(assigned.map((id) => [id, idsOf(id, config)])) }
      : {}),
  };
}

function idsOf(id: string, config: CloudConfig): { principalId: string; clientId: string } {
  const principal = principalOf(id, config);
  return {
    principalId: principal?.objectId ?? guidFrom(`principal ${id}`),
    clientId: principal?.clientId ?? guidFrom(`client ${id}`),
  };
}

function guidFrom(text: string): string {
  const hex = createHash('sha256').update(text.toLowerCase()).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `5${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}
