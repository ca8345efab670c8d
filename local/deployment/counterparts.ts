/**
 * Which types of resources the emulated Azure has, and which it has not, each with the reason. A type that is in neither list is refused by
 * its name, so that nothing that a template begins to make is left out unseen.
 */
import type { Predicted } from './snapshot.ts';

const MADE = new Set(
  [
    'Microsoft.Authorization/roleAssignments',
    'Microsoft.Authorization/roleDefinitions',
    'Microsoft.ContainerRegistry/registries',
    'Microsoft.ContainerRegistry/registries/scopeMaps',
    'Microsoft.ContainerRegistry/registries/tasks',
    'Microsoft.ContainerRegistry/registries/tokens',
    'Microsoft.EventGrid/systemTopics',
    'Microsoft.EventGrid/systemTopics/eventSubscriptions',
    'Microsoft.EventGrid/topics',
    'Microsoft.KeyVault/vaults',
    'Microsoft.KeyVault/vaults/keys',
    'Microsoft.KeyVault/vaults/secrets',
    'Microsoft.ManagedIdentity/userAssignedIdentities',
    'Microsoft.Resources/resourceGroups',
    'Microsoft.Storage/storageAccounts',
    'Microsoft.Storage/storageAccounts/blobServices',
    'Microsoft.Storage/storageAccounts/blobServices/containers',
    'Microsoft.Storage/storageAccounts/queueServices',
    'Microsoft.Storage/storageAccounts/tableServices',
  ].map((type) => type.toLowerCase()),
);

const APP = 'the app runs on the local host, with the settings of local/app-settings.ts';
const TELEMETRY = 'telemetry goes to a file, and nobody is alerted: who runs it is watching';
const SIGN_IN = 'people sign in at the local identity provider';

/** By type, in lower case. */
const LEFT_OUT: Record<string, string> = {
  'microsoft.graph/applications@v1.0': SIGN_IN,
  'microsoft.graph/applications/federatedidentitycredentials@v1.0': SIGN_IN,
  'microsoft.graph/serviceprincipals@v1.0': SIGN_IN,
  'microsoft.insights/actiongroups': TELEMETRY,
  'microsoft.insights/components': TELEMETRY,
  'microsoft.insights/diagnosticsettings': TELEMETRY,
  'microsoft.insights/metricalerts': TELEMETRY,
  'microsoft.insights/scheduledqueryrules': TELEMETRY,
  'microsoft.insights/workbooks': TELEMETRY,
  'microsoft.operationalinsights/workspaces': TELEMETRY,
  'microsoft.storage/storageaccounts/managementpolicies': 'no local system stands for as long as a report is kept',
  'microsoft.web/serverfarms': APP,
  'microsoft.web/sites': APP,
  'microsoft.web/sites/basicpublishingcredentialspolicies': APP,
  'microsoft.web/sites/config': APP,
};

export interface Deployable extends Predicted {
  id: string;
  apiVersion: string;
}

export class NoCounterpart extends Error {
  readonly code = 'NoCounterpart';
  readonly types: string[];

  constructor(types: string[]) {
    super(
      `The snapshot has resources of a type that the emulated Azure neither has nor is known to do without: ${types.join(', ')}. ` +
        'Build the type in local/cloud, or say in local/deployment/counterparts.ts why the local system does without it.',
    );
    this.types = types;
  }
}

/** Those of the snapshot that the emulated Azure has. Throws `NoCounterpart`, naming all types that are in neither list. */
export function withCounterpart(resources: Predicted[]): Deployable[] {
  const unknown = resources.map(({ type }) => type).filter((type) => !isMade(type) && !isLeftOut(type));
  if (unknown.length > 0) throw new NoCounterpart([...new Set(unknown)]);
  return resources.filter((resource): resource is Deployable => isMade(resource.type));
}

const isMade = (type: string): boolean => MADE.has(type.toLowerCase());
const isLeftOut = (type: string): boolean => Object.hasOwn(LEFT_OUT, type.toLowerCase());
