import type { Question } from './errors.ts';
import { neededRoles } from './needed-roles.ts';

export const tasksQuestion = (what: string): Question => ({
  service: 'ACR Tasks',
  what,
  roles: neededRoles.run,
});
