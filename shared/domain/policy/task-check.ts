/**
 * Reads a `task` check: a team's own task file in git, in the words of `az acr task create` (`--context`, `--file`).
 *
 * Every step of such a run holds the container socket and the login of the quarantine registry, so the policy has to say that it knows.
 */
import { z } from 'zod';
import type { TaskCheck } from '../check.ts';
import { canonicalJson } from './canonical-json.ts';
import type { CheckReader } from './check-reader.ts';
import { readFields } from './fields.ts';
import { policyPath } from './schemas.ts';

export const taskFields = {
  task: z.unknown(),
  unsandboxed: z
    .boolean()
    .optional()
    .meta({
      description: 'has to be `true` for a `task` check, and says that its steps run without a sandbox',
      examples: [true],
    }),
};

const CONTEXT_RULE = 'a context is a git repository, such as https://github.com/team/node-check.git#main';

/** `file:` is for a local Azure; the real one says that it cannot read it. */
const context = z
  .string()
  .regex(/^(?:https|file):\/\/[^\s]+$/, CONTEXT_RULE)
  .refine((url) => !/^[a-z]+:\/\/[^/#]*@/.test(url), 'a context holds no user or token: git would give it to every run')
  .meta({
    description: 'the git repository of the task file, with `#<branch or commit>`; a commit cannot change unnoticed',
    examples: ['https://github.com/team/node-check.git#main'],
  });

export const taskReferenceFields = {
  context,
  file: policyPath.default('acr-task.yaml').meta({
    description: 'path of the task file in it',
    examples: ['acr-task.yaml'],
  }),
};

export const taskReader: CheckReader = {
  fields: taskFields,
  read(name, place, { timeoutMs, hash }): TaskCheck | undefined {
    const { unsandboxed } = readFields(place, { unsandboxed: taskFields.unsandboxed }, { others: 'kept' });
    const { context, file } = readFields(place.child('task'), taskReferenceFields);
    if (unsandboxed !== true) {
      const message =
        'a "task" check runs the team\'s own steps with the container socket and the login of the quarantine registry.' +
        ' Write "unsandboxed: true" beside it if that is meant, or use a "script" check.';
      if (place.child('unsandboxed').value === undefined) place.problemAtKey(message);
      else if (unsandboxed === false) place.child('unsandboxed').problem(`unsandboxed: ${message}`);
    }
    if (context === undefined || file === undefined || timeoutMs === undefined || !unsandboxed) return undefined;
    const asked = { kind: 'task' as const, context, file, timeoutSeconds: timeoutMs / 1_000 };
    return { ...asked, name, hash: hash(canonicalJson(asked)) };
  },
};
