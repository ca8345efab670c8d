import type { Question } from './errors.ts';

export const tasksQuestion = (what: string): Question => ({
  service: 'ACR Tasks',
  what,
  role: 'Container Registry Tasks Contributor',
});
