/** A role assignment: who has which role where. What a PUT may say of it, and how it is shown. */
import { z } from 'zod';
import { parseCondition, type Condition } from './condition.ts';

export interface Assignment {
  /** As the PUT wrote it. */
  id: string;
  /** A GUID. */
  name: string;
  /** Id of a subscription, a resource group or a resource. */
  scope: string;
  principalId: string;
  principalType: string;
  /** GUID of the role definition, in lower case. */
  role: string;
  condition?: Condition;
  /** As it was written. */
  conditionText?: string;
  description?: string;
  /** Epoch milliseconds. */
  createdAt: number;
  /** Object id. */
  createdBy: string;
}

/** Both forms: of a subscription, and of the tenant. */
const ROLE_ID =
  /^(?:\/subscriptions\/[^/]+)?\/providers\/microsoft\.authorization\/roledefinitions\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

/** `roleDefinitionId` becomes the GUID at its end, `condition` what it says. */
export const assignmentBody = z.object({
  properties: z.object({
    roleDefinitionId: z.string().transform((id, context) => {
      const guid = ROLE_ID.exec(id)?.[1];
      if (guid !== undefined) return guid.toLowerCase();
      context.addIssue({
        code: 'custom',
        message: `"${id}" is no id of a role definition: […]/providers/Microsoft.Authorization/roleDefinitions/<GUID>`,
      });
      return z.NEVER;
    }),
    principalId: z.guid(),
    principalType: z.enum(['ServicePrincipal', 'User', 'Group', 'ForeignGroup', 'Device']).default('ServicePrincipal'),
    description: z.string().nullish(),
    condition: z
      .string()
      .nullish()
      .transform((text, context) => {
        if (text === null || text === undefined || text === '') return undefined;
        const parsed = parseCondition(text);
        if (parsed) return { parsed, text };
        context.addIssue({
          code: 'custom',
          message: `this condition is not emulated, and would give more than it says if it were ignored: ${text}`,
        });
        return z.NEVER;
      }),
    conditionVersion: z.literal('2.0').nullish(),
  }),
});

export function showAssignment(assignment: Assignment, { subscription }: { subscription: string }): object {
  const { id, name, scope, principalId, principalType, role, conditionText, description, createdAt, createdBy } =
    assignment;
  const at = new Date(createdAt).toISOString();
  return {
    id,
    name,
    type: 'Microsoft.Authorization/roleAssignments',
    properties: {
      roleDefinitionId: `/subscriptions/${subscription}/providers/Microsoft.Authorization/roleDefinitions/${role}`,
      principalId,
      principalType,
      scope,
      condition: conditionText ?? null,
      conditionVersion: conditionText === undefined ? null : '2.0',
      description: description ?? null,
      createdOn: at,
      updatedOn: at,
      createdBy,
      updatedBy: createdBy,
      delegatedManagedIdentityResourceId: null,
    },
  };
}
