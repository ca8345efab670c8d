/** What the API says of the approval of a candidate. */
import { z } from 'zod';
import { role } from '../../../shared/domain/roles.ts';
import { time } from './common.ts';

const person = z.strictObject({
  by: z.string().describe('An object id of Microsoft Entra ID.'),
  name: z.string().optional().describe('What the directory called them then.'),
  why: z.string(),
  at: time,
});

/** What a gate asks for. */
export const approvalRule = z
  .strictObject({
    needed: z.int().describe('So many different people.'),
    role: role.describe('The app role that they need.'),
    expiresSeconds: z.number().describe('How long is waited for them.'),
  })
  .meta({ id: 'ApprovalRule' });

export const approvalSeen = z
  .strictObject({
    needed: z.int().optional(),
    role: role.optional(),
    given: z.array(person).describe('Those that count.'),
    void: z
      .array(z.strictObject({ ...person.shape, because: z.string() }))
      .describe('Those that do not count, and why.'),
    refused: person.optional(),
    notBy: z.array(z.string()).describe('Who asked for the promotion, and so does not approve it.'),
    since: time.optional().describe('When nothing but approval was missing for the first time.'),
    until: time.optional().describe('Then the candidate is rejected, unless enough people have approved.'),
    about: z
      .string()
      .optional()
      .describe('Names what there is to agree to now; missing while its checks have not passed.'),
  })
  .meta({ id: 'Approval' });
