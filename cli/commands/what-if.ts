/** `gated-import what-if`: what a changed policy would have decided about the candidates that the running app has seen. */
import { decidingPolicy } from '../../shared/domain/deciding-policy.ts';
import type { Gate } from '../../shared/domain/policy.ts';
import {
  recordedPage,
  type RecordedCandidate,
  type RecordedGate,
  type RecordedPage,
} from '../../shared/domain/recorded.ts';
import { formatReference } from '../../shared/domain/reference.ts';
import { whatIf as flipsOf, type Flip } from '../../shared/domain/what-if.ts';
import { openApp, type App } from '../app/app.ts';
import { gateNames, gatePath } from '../app/views.ts';
import { APP_HELP, appOptions } from '../app/where.ts';
import { readArguments } from '../arguments.ts';
import type { Command } from '../command.ts';
import { oneLine } from '../one-line.ts';
import { POLICY_HELP, policyOptions, readPolicy } from '../policy.ts';
import { refuse } from './check.ts';

const HELP = `gated-import what-if <policy folder> [options]

Asks the rules again, under the policy in this folder, about every candidate that the app has seen, and lists the decisions that would
be others, and why. Nothing is changed and no check is run: a check that is another one has no verdict yet, and that is said. Each
decision is taken as of its time, and a promotion that surely turns over bears on those after it; one that would only wait does not.
Holds and freezes of people, and the trouble of services, are left out.

${POLICY_HELP}
${APP_HELP}

Exit code 0: every decision would be the same. 1: one would not, or cannot be known; or the policy is not valid, or the app does not
answer. 2: not understood.`;

interface Found {
  flips: ({ gate: string } & Flip)[];
  /** What cannot be compared, and why. */
  notes: string[];
  candidates: number;
}

export const whatIf: Command = {
  name: 'what-if',
  summary: 'list the decisions that a changed policy would turn over, and why',
  help: HELP,
  async run(args, terminal) {
    const options = { ...policyOptions, ...appOptions };
    const { values, needed } = readArguments(args, { options, positionals: ['policy folder'] });
    const folder = needed('policy folder');
    const { parsed, open } = await readPolicy(folder, values, terminal);
    if (parsed.kind === 'invalid') return refuse(folder, parsed, terminal);

    const found = await compare(openApp(values, terminal), parsed.policy.gates, terminal.now());
    if (open.length > 0)
      found.notes.push(`left open: ${open.join(', ')}; --set gives them the values that the app has`);
    if (values.json) terminal.say(JSON.stringify(found));
    else for (const line of sayFound(found)) terminal.say(line);
    return found.flips.length === 0 ? 0 : 1;
  },
};

async function compare(app: App, gates: Record<string, Gate>, now: number): Promise<Found> {
  const found: Found = { flips: [], notes: [], candidates: 0 };
  const { gates: running } = await app.read('/api/gates', gateNames);
  for (const { name } of running) {
    const gate = gates[name];
    if (!gate) {
      found.notes.push(`gate ${name} is not in this policy: it would promote nothing any more`);
      continue;
    }
    const { recorded, candidates } = await readRecorded(app, name);
    const from = formatReference(gate.from);
    const to = formatReference(gate.to);
    if (to !== recorded.to) found.notes.push(`gate ${name} would promote to ${to}, and no longer to ${recorded.to}`);
    if (from !== recorded.from) {
      found.notes.push(
        `gate ${name} would follow ${from}, and no longer ${recorded.from}: of that nothing is recorded`,
      );
      continue;
    }
    found.candidates += candidates.length;
    const flips = flipsOf(recorded, candidates, { policy: decidingPolicy(gate), now });
    found.flips.push(...flips.map((flip) => ({ gate: name, ...flip })));
  }
  const added = Object.keys(gates).filter((name) => !running.some((one) => one.name === name));
  found.notes.push(...added.map((name) => `gate ${name} is new: nothing is recorded of it`));
  return found;
}

const MOST_ON_A_PAGE = 100;

async function readRecorded(app: App, gate: string) {
  const candidates: RecordedCandidate[] = [];
  let recorded: RecordedGate | undefined;
  let path: string | undefined = `${gatePath(gate)}/recorded?limit=${MOST_ON_A_PAGE}`;
  while (path !== undefined) {
    const page: RecordedPage = await app.read(path, recordedPage);
    recorded = page.gate;
    candidates.push(...page.candidates);
    path = page.next;
  }
  if (!recorded) throw new Error(`nothing was read of gate "${gate}"`);
  return { recorded, candidates };
}

function sayFound({ flips, notes, candidates }: Found): string[] {
  const flipping = flips.filter(({ kind }) => kind === 'flips').length;
  return [
    ...notes,
    ...flips.map(({ gate, digest, was, would, kind }) =>
      kind === 'flips'
        ? `digest ${digest} of gate ${gate}: ${was}; ${would}`
        : `digest ${digest} of gate ${gate}: ${was}; cannot be known: ${would}`,
    ),
    `${candidates} recorded: ${flipping} would be decided otherwise, ${flips.length - flipping} cannot be known`,
  ].map(oneLine);
}
