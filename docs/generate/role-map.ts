/** `shared/domain/doctor/role-map.ts`: the map of roles of `infra/roles.bicep`, for the command line, which compares Azure with it. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bicepLiteral } from './bicep-literal.ts';

const ROLES = fileURLToPath(new URL('../../infra/roles.bicep', import.meta.url));

export function roleMap(): string {
  const text = readFileSync(ROLES, 'utf8');
  const constant = (name: string, type: string, value = bicepLiteral(text, name)) =>
    `export const ${name}: ${type} = ${JSON.stringify(value)};`;
  // What is given to people is no list, and nothing that the system needs.
  const lists = Object.entries(bicepLiteral(text, 'grants')).filter(([, given]) => Array.isArray(given));
  return `/** Made from the role map, \`infra/roles.bicep\`, by \`npm run docs\`; do not edit. */
import type { CustomRole, Grant, Place } from './roles.ts';

/** GUIDs by name. */
${constant('builtInRoles', 'Record<string, string>')}

${constant('customRoles', 'CustomRole[]')}

${constant('grants', 'Record<Place, Grant[]>', Object.fromEntries(lists))}
`;
}
