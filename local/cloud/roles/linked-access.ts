/**
 * What a request to Resource Manager needs besides its own action, because its body names other resources: the source of an import, the
 * identities that a container group or a task is to have.
 *
 * https://learn.microsoft.com/azure/role-based-access-control/troubleshooting#symptom---linkedauthorizationfailed
 */
import { z } from 'zod';

export interface LinkedAccess {
  action: string;
  /** Id of the other resource. */
  scope: string;
}

const importBody = z.object({ source: z.object({ resourceId: z.string() }) });
const withIdentities = z.object({ identity: z.object({ userAssignedIdentities: z.record(z.string(), z.unknown()) }) });

const IMPORT = 'microsoft.containerregistry/registries/importimage/action';
const TAKES_IDENTITIES = [
  'microsoft.containerinstance/containergroups/write',
  'microsoft.containerregistry/registries/tasks/write',
  'microsoft.eventgrid/systemtopics/write',
];

/** A body of another form links nothing here: its service says what is wrong with it. */
export function linkedAccess(action: string, body: unknown): LinkedAccess[] {
  if (action.toLowerCase() === IMPORT) {
    const parsed = importBody.safeParse(body);
    if (!parsed.success) return [];
    return [{ action: 'Microsoft.ContainerRegistry/registries/read', scope: parsed.data.source.resourceId }];
  }
  if (!TAKES_IDENTITIES.includes(action.toLowerCase())) return [];
  const identities = withIdentities.safeParse(body).data?.identity.userAssignedIdentities ?? {};
  return Object.keys(identities).map((scope) => ({
    action: 'Microsoft.ManagedIdentity/userAssignedIdentities/assign/action',
    scope,
  }));
}
