/** `gated-import explain`: where a gate or one of its candidates stands: what, why, until when, and what a person can do about it. */
import { openApp } from '../app/app.ts';
import { findDigest } from '../app/find-digest.ts';
import { candidatePath, candidateView, gatePath, gateView } from '../app/views.ts';
import { APP_HELP, appOptions } from '../app/where.ts';
import { readArguments } from '../arguments.ts';
import type { Command } from '../command.ts';
import { sayCandidate, sayGate } from '../say-views.ts';

const HELP = `gated-import explain <gate> [digest] [options]

Says where a gate stands, or one of its candidates: what, why, until when, and what a person can do about it.

  [digest]          a candidate: its digest, or the first digits of one of the last
${APP_HELP}

Exit code 0: it is explained. 1: the app refused, or does not answer. 2: not understood.`;

export const explain: Command = {
  name: 'explain',
  summary: 'say where a gate or a candidate stands, why, until when, and what you can do',
  help: HELP,
  async run(args, terminal) {
    const { values, needed, given } = readArguments(args, { options: appOptions, positionals: ['gate', 'digest'] });
    const gate = needed('gate');
    const app = openApp(values, terminal);
    const named = given('digest');
    if (named === undefined) {
      const view = await app.read(gatePath(gate), gateView);
      for (const line of values.json ? [JSON.stringify(view)] : sayGate(view)) terminal.say(line);
      return 0;
    }
    const view = await app.read(candidatePath(gate, await findDigest(app, gate, named)), candidateView);
    for (const line of values.json ? [JSON.stringify(view)] : sayCandidate(gate, view)) terminal.say(line);
    return 0;
  },
};
