/** `gated-import check`: is this policy valid? Says everything that is wrong with it at once, as the app would. */
import { formatProblem, type ParsedPolicy } from '../../shared/domain/parse-policy.ts';
import { readArguments } from '../arguments.ts';
import type { Command, ExitCode, Terminal } from '../command.ts';
import { POLICY_HELP, policyOptions, readPolicy } from '../policy.ts';

const HELP = `gated-import check <policy folder> [options]

Reads a policy as the app does, and says everything that is wrong with it, as file:line:column. Asks nobody: no app, no registry.

${POLICY_HELP}
  --json            the answer as JSON, for programs

Exit code 0: it is valid, perhaps with warnings. 1: it is not. 2: not understood.`;

export const check: Command = {
  name: 'check',
  summary: 'check a policy folder: every problem at once, with its place',
  help: HELP,
  async run(args, terminal) {
    const options = { ...policyOptions, json: { type: 'boolean' } } as const;
    const { values, needed } = readArguments(args, { options, positionals: ['policy folder'] });
    const folder = needed('policy folder');
    const { parsed, open } = await readPolicy(folder, values, terminal);
    if (values.json) {
      terminal.say(JSON.stringify(asJson(parsed, open)));
      return parsed.kind === 'valid' ? 0 : 1;
    }
    const code = parsed.kind === 'invalid' ? refuse(folder, parsed, terminal) : accept(folder, parsed, terminal);
    if (open.length > 0) terminal.say(`left open: ${open.join(', ')}; with values of its own there may be more to say`);
    return code;
  },
};

type Valid = Extract<ParsedPolicy, { kind: 'valid' }>;
type Invalid = Exclude<ParsedPolicy, Valid>;

/** Also for `what-if`, which can say nothing of a policy that is none. */
export function refuse(folder: string, { problems }: Invalid, { complain }: Terminal): ExitCode {
  for (const problem of problems) complain(formatProblem(problem));
  complain(`${folder} is not valid: ${counted(problems, 'problem')}`);
  return 1;
}

function accept(folder: string, { policy }: Valid, { say }: Terminal): ExitCode {
  for (const warning of policy.warnings) say(`${warning} (warning)`);
  const { gates, images, apps } = policy;
  const parts = [counted(gates, 'gate'), counted(images, 'image'), counted(apps, 'app')];
  say(`${folder} is valid: ${parts.join(', ')}`);
  return 0;
}

const asJson = (parsed: ParsedPolicy, open: string[]): object =>
  parsed.kind === 'invalid'
    ? { valid: false, problems: parsed.problems, leftOpen: open }
    : {
        valid: true,
        hash: parsed.policy.hash,
        gates: Object.keys(parsed.policy.gates),
        images: Object.keys(parsed.policy.images),
        apps: Object.keys(parsed.policy.apps),
        warnings: parsed.policy.warnings,
        leftOpen: open,
      };

function counted(things: object, name: string): string {
  const count = Object.keys(things).length;
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}
