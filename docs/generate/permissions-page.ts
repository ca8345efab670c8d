/** `docs/permissions.md`: who may do what in Azure, from what the templates of `infra/` would assign in the examples. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { bicepLiteral } from './bicep-literal.ts';

const EXAMPLES = fileURLToPath(new URL('../../infra/examples/', import.meta.url));
const ROLES = fileURLToPath(new URL('../../infra/roles.bicep', import.meta.url));

const snapshot = z.object({
  predictedResources: z.array(
    z.object({
      id: z.string().default(''),
      type: z.string(),
      properties: z.record(z.string(), z.unknown()).default({}),
    }),
  ),
});
const definition = z.object({
  roleName: z.string(),
  description: z.string(),
  permissions: z.tuple([z.object({ actions: z.array(z.string()), dataActions: z.array(z.string()) })]),
});
const assignment = z.object({ principalId: z.string(), roleDefinitionId: z.string(), description: z.string() });

export function permissionsPage(): string {
  return `# Permissions

Made from the role map, [\`infra/roles.bicep\`](../infra/roles.bicep), by \`npm run docs\`; do not edit. Every role is given on one resource, to one identity, for the call beside it. Nobody has a key, a connection string, or a role that gives roles.

The emulated Azure is provisioned with these assignments and enforces them, and the walkthrough passes. Each row of the first table is proved: without it a named step fails
([\`test/contract/infra/mutation/rows.ts\`](../test/contract/infra/mutation/rows.ts)), and \`test/contract/infra/forbidden\` asks for what
none of the identities may do.

## In new registries

${table('walkthrough', () => true)}

Wider than the calls need is the secret reader: it gets every secret of the key vault whose name it knows, because the policy names secrets that no template knows, and a role on a key vault takes no
condition. So the templates put nothing there that the app does not need. The walkthrough's \`git-token\`, which the deployment hands to the ACR tasks, lies in a key vault of its own, where nobody in this table has a role.

## In an existing registry whose permissions are not by repository

${table('existing-registries', ({ where }) => where.includes('contosobase'))}

## Roles of our own

Where every built-in role allows more than is needed.

${ownTable()}

## Who deploys

Whoever runs \`azd up\` needs \`Owner\` of the subscription, or \`Contributor\` with \`User Access Administrator\`, because it defines and assigns roles; and the right to register applications in Entra ID, unless
\`signInClientId\` names a registration. The app itself never has any of these.
`;
}

interface Row {
  who: string;
  role: string;
  where: string;
  because: string;
}

function table(example: string, wanted: (row: Row) => boolean): string {
  const rows = rowsOf(example)
    .filter(wanted)
    .map(({ who, where, role, because }) => `| ${who} | ${where} | ${role} | ${because} |`);
  return ['| identity | on | role | which call needs it |', '| --- | --- | --- | --- |', ...new Set(rows)].join('\n');
}

function rowsOf(example: string): Row[] {
  const resources = read(example);
  const names = { ...builtIn(), ...Object.fromEntries(own(example).map(({ guid, name }) => [guid, name])) };
  return resources
    .filter(({ type }) => type === 'Microsoft.Authorization/roleAssignments')
    .map(({ id, properties }) => {
      const { principalId, roleDefinitionId, description } = assignment.parse(properties);
      const guid = last(roleDefinitionId);
      return {
        who: person(/^\[reference\('([^']+)'/.exec(principalId)?.[1] ?? principalId),
        role: names[guid] ?? guid,
        where: place(id.split('/providers/Microsoft.Authorization/')[0] ?? ''),
        because: description,
      };
    });
}

function ownTable(): string {
  const rows = own('walkthrough').map(
    ({ name, description, allowed }) =>
      `| ${name} | ${description} | ${allowed.map((one) => `\`${one}\``).join(' ')} |`,
  );
  return ['| role | what for | actions |', '| --- | --- | --- |', ...rows].join('\n');
}

const own = (example: string) =>
  read(example)
    .filter(({ type }) => type === 'Microsoft.Authorization/roleDefinitions')
    .map(({ id, properties }) => {
      const { roleName, description, permissions } = definition.parse(properties);
      const [{ actions, dataActions }] = permissions;
      return {
        guid: last(id),
        name: roleName.replace(/ \(.+\)$/, ''),
        description,
        allowed: [...actions, ...dataActions].map((action) => action.replace(/^Microsoft\.[A-Za-z]+\//, '')),
      };
    });

/** The map of built-in roles, as the Bicep file has it. */
function builtIn(): Record<string, string> {
  const guids = z.record(z.string(), z.string()).parse(bicepLiteral(readFileSync(ROLES, 'utf8'), 'builtInRoles'));
  return Object.fromEntries(Object.entries(guids).map(([name, guid]) => [guid, name]));
}

const read = (example: string) =>
  snapshot.parse(JSON.parse(readFileSync(`${EXAMPLES}${example}.snapshot.json`, 'utf8'))).predictedResources;

const last = (id: string): string => id.split('/').at(-1) ?? '';

function person(id: string): string {
  // An object id: nobody else is named in parameters.
  if (/^[0-9a-f-]{36}$/.test(id)) return 'who uploads';
  if (id.includes('/tasks/')) return `task \`${last(id)}\``;
  if (id.includes('/systemTopics/')) return 'Event Grid';
  return last(id) === 'gated-import' ? 'app' : 'container groups';
}

const KINDS: Record<string, string> = {
  registries: 'registry',
  vaults: 'key vault',
  keys: 'key',
  topics: 'announcements',
  components: 'Application Insights',
  storageAccounts: 'storage account',
  containers: 'container',
  userAssignedIdentities: 'identity',
  resourceGroups: 'resource group',
};

/** Of what is named for the whole system, the kind says enough. */
function place(id: string): string {
  const [type = '', name = ''] = id.split('/').slice(-2);
  const plain = name.replace(/-?(?=[a-z]*\d)[a-z0-9]{13}$/, '');
  const kind = KINDS[type] ?? type;
  return ['gated', 'gated-import'].includes(plain) ? kind : `${kind} \`${plain}\``;
}
