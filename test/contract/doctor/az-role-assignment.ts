/** `az role assignment create`, as far as the doctor says it: the words of the command, and what `az` then asks of Resource Manager. */
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import type { DoctorSystem } from './doctor-system.ts';

/** As a shell takes it apart. Throws for what it says that `az` would not take. */
export async function carryOut(command: string, { arm, ids }: Pick<DoctorSystem, 'arm' | 'ids'>): Promise<void> {
  const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
  if (words.slice(0, 4).join(' ') !== 'az role assignment create') throw new Error(`not to be carried out: ${command}`);
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: words.slice(4),
    options: { 'assignee-object-id': text, 'assignee-principal-type': text, role: text, scope: text },
  });
  const definitions = (await arm('GET', `${ids.subscription}/providers/Microsoft.Authorization/roleDefinitions`)) as {
    value: { id: string; properties: { roleName: string } }[];
  };
  const named = definitions.value.find(({ properties }) => properties.roleName === values.role);
  if (!named) throw new Error(`there is no role "${values.role}"`);
  await arm('PUT', `${values.scope}/providers/Microsoft.Authorization/roleAssignments/${randomUUID()}`, {
    properties: {
      roleDefinitionId: named.id,
      principalId: values['assignee-object-id'],
      principalType: values['assignee-principal-type'],
    },
  });
}
