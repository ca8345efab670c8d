/** Reads the committed snapshots: what the Bicep CLI predicts that Azure would be asked for, with expressions where only Azure knows. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../../../local/layout.ts';

const folder = join(repositoryRoot, 'infra/examples');
const END = '.snapshot.json';

export interface Predicted {
  /** Resources of Microsoft Graph have none. */
  id?: string;
  type: string;
  properties: Record<string, unknown>;
}

export interface Assigned {
  /** `app`, `pull`, `author` of the policy, or the system topic or task whose own identity it is. */
  who: string;
  role: string;
  /** Type and name of the resource. */
  where: string;
  because: string;
}

export const examples: string[] = readdirSync(folder)
  .filter((file) => file.endsWith(END))
  .map((file) => file.slice(0, -END.length));

/** The others are the event subscriptions that follow one of these. */
export const firstStages = examples.filter((example) => !example.endsWith('subscriptions'));

export const textOf = (example: string): string => readFileSync(join(folder, example + END), 'utf8');

export const resourcesOf = (example: string): Predicted[] =>
  (JSON.parse(textOf(example)) as { predictedResources: Predicted[] }).predictedResources.map((resource) => ({
    ...resource,
    properties: (resource as Partial<Predicted>).properties ?? {},
  }));

export const ofType = (example: string, type: string): Predicted[] =>
  resourcesOf(example).filter((resource) => resource.type === type);

/** The names of the roles of our own, by id. */
export function ownRoles(example: string): Map<string, { name: string; permissions: unknown }> {
  return new Map(
    ofType(example, 'Microsoft.Authorization/roleDefinitions').map(({ id, properties }) => {
      const { roleName, permissions } = properties as { roleName: string; permissions: unknown[] };
      return [last(id ?? ''), { name: roleName.replace(/ \(.+\)$/, ''), permissions: permissions[0] }];
    }),
  );
}

/** Every role assignment, with roles of our own by name and built-in ones by what `nameOf` says. */
export function assignedIn(example: string, nameOf: (guid: string) => string): Assigned[] {
  const own = ownRoles(example);
  return ofType(example, 'Microsoft.Authorization/roleAssignments').map(({ id = '', properties }) => {
    const { principalId, roleDefinitionId, description } = properties as Record<string, string>;
    const [, principal] = /^\[reference\('([^']+)'/.exec(principalId ?? '') ?? [];
    const guid = last(roleDefinitionId ?? '');
    const scope = id.replace(/\/providers\/Microsoft\.Authorization\/roleAssignments\/[^/]+$/, '');
    return {
      // Nobody but who uploads the policy is named in parameters.
      who: principal === undefined ? 'author' : whoIs(principal),
      role: own.get(guid)?.name ?? nameOf(guid),
      where: `${kind(scope)} ${withoutToken(last(scope))}`,
      because: description ?? '',
    };
  });
}

function whoIs(principal: string): string {
  if (!principal.includes('/userAssignedIdentities/')) return `${kind(principal)} ${last(principal)}`;
  return last(principal) === 'gated-import' ? 'app' : 'pull';
}

const kind = (id: string): string => id.split('/').at(-2) ?? '';
const last = (id: string): string => id.split('/').at(-1) ?? '';
/** Thirteen letters and digits that make a name unique. */
const withoutToken = (name: string): string => name.replace(/-?(?=[a-z]*\d)[a-z0-9]{13}$/, '');
