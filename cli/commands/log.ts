/** `gated-import log`: the log of the last run of a check, also while it runs. */
import { openApp, type App } from '../app/app.ts';
import { findDigest } from '../app/find-digest.ts';
import { candidatePath, candidateView, type CandidateView } from '../app/views.ts';
import { APP_HELP, appOptions } from '../app/where.ts';
import { readArguments } from '../arguments.ts';
import { WrongUse, type Command, type Terminal } from '../command.ts';

const HELP = `gated-import log <gate> <digest> [check] [options]

Reads the log of the last run of a check. Without a check, of the only one that has a log.

  --follow          go on until the run has ended
${APP_HELP}

Exit code 0: that is the log. 1: there is none, or the app does not answer. 2: not understood.`;

const LOOK_EVERY_MS = 1_000;

export const log: Command = {
  name: 'log',
  summary: 'read the log of a check, also while it runs',
  help: HELP,
  async run(args, terminal) {
    const { values, needed, given } = readArguments(args, {
      options: { ...appOptions, follow: { type: 'boolean' } },
      positionals: ['gate', 'digest', 'check'],
    });
    const gate = needed('gate');
    const named = needed('digest');
    if (values.json && values.follow) throw new WrongUse('--follow and --json do not go together');
    const app = openApp(values, terminal);
    const digest = await findDigest(app, gate, named);
    const address = addressOf(await app.read(candidatePath(gate, digest), candidateView), given('check'));
    if (values.json) {
      const { text, complete } = await part(app, address, 0);
      terminal.say(JSON.stringify({ text, complete }));
      return 0;
    }
    await follow(app, address, { terminal, toTheEnd: values.follow === true });
    return 0;
  },
};

function addressOf({ digest, evidence }: CandidateView, check: string | undefined): string {
  const logs = Object.entries(evidence).flatMap(([name, { log }]) => (log === undefined ? [] : [{ name, log }]));
  const names = logs.map(({ name }) => name).join(', ') || 'none yet';
  const wanted = check === undefined ? logs : logs.filter(({ name }) => name === check);
  const [one, another] = wanted;
  if (one && !another) return one.log;
  if (check === undefined && another) throw new Error(`${digest} has several checks with a log; name one: ${names}`);
  const what = check === undefined ? 'no check' : `check "${check}"`;
  throw new Error(
    `${what} of ${digest} has ${check === undefined ? 'a' : 'no'} log; those that have one are: ${names}`,
  );
}

/** Whole lines, so that one is never printed in two pieces. */
async function follow(app: App, address: string, { terminal, toTheEnd }: { terminal: Terminal; toTheEnd: boolean }) {
  let rest = '';
  for (let offset = 0; ;) {
    const { text, complete, next } = await part(app, address, offset);
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop() ?? '';
    for (const line of lines) terminal.say(line);
    if (complete || !toTheEnd) {
      if (rest !== '') terminal.say(rest);
      if (!complete) terminal.complain('the check is still running; --follow goes on until it has ended');
      return;
    }
    // What has come meanwhile is read at once.
    if (next === offset) await terminal.wait(LOOK_EVERY_MS);
    offset = next;
  }
}

async function part(app: App, address: string, offset: number) {
  const { text, headers } = await app.readText(`${address}${address.includes('?') ? '&' : '?'}offset=${offset}`);
  return {
    text,
    complete: headers.get('x-log-complete') === 'true',
    next: Number(headers.get('x-next-offset') ?? offset),
  };
}
