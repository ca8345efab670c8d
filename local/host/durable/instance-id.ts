/** The rules for the ids of orchestration instances, as the Durable Functions extension has them. Answers what is wrong, if anything. */
import { MAXIMUM_INSTANCE_ID_LENGTH } from './limits.ts';

export function instanceIdProblem(id: string): string | undefined {
  if (id.length > MAXIMUM_INSTANCE_ID_LENGTH)
    return `instance id is longer than ${MAXIMUM_INSTANCE_ID_LENGTH} characters`;
  if (id.startsWith('@')) return `instance id "${id}" must not start with @, which is for entities`;
  if (/[/\\#?\p{Cc}]/u.test(id)) return `instance id "${id}" must not contain / \\ # ? or control characters`;
  return undefined;
}
