/** A command that asks the app for something: it says why, and the answer says how to see what becomes of it. */
import { WHY } from '../shared/domain/ways-on.ts';
import { openApp, type App, type Wish } from './app/app.ts';
import { APP_HELP, appOptions } from './app/where.ts';
import { readArguments, type Arguments } from './arguments.ts';
import { WrongUse, type Command } from './command.ts';

const text = { type: 'string' } as const;
/** What any wish may have; a command refuses what it does not take. */
const OPTIONS = {
  ...appOptions,
  reason: text,
  skip: text,
  until: text,
  about: text,
  lift: { type: 'boolean' },
} as const;
const EXTRAS = ['skip', 'until', 'about', 'lift'] as const;
type Extra = (typeof EXTRAS)[number];
type Values = Arguments<typeof OPTIONS>['values'];

export interface Asking {
  needed(name: string): string;
  given(name: string): string | undefined;
  values: Values;
  /** For the journal. */
  reason: string;
  app: App;
}

export interface WishCommand {
  name: string;
  summary: string;
  /** Positional arguments; `[name]` may be left out. */
  takes: string[];
  /** Options beside the reason, each with its line of help. */
  extra?: Partial<Record<Extra, string>>;
  /** What there is to know, beyond the summary. */
  more?: string;
  /** `watch`: the command that says what becomes of it. */
  wish(asking: Asking): Promise<{ wish: Wish; said: string; watch?: string }>;
}

export function wishCommand({ name, summary, takes, extra = {}, more, wish }: WishCommand): Command {
  const positionals = takes.map((one) => one.replaceAll(/[[\]]/g, ''));
  const options = Object.fromEntries(
    Object.entries(OPTIONS).filter(([option]) => !EXTRAS.some((one) => one === option) || option in extra),
  ) as typeof OPTIONS;
  const usage = [...takes.map((one) => (one.startsWith('[') ? one : `<${one}>`)), "--reason '<why>'"].join(' ');
  return {
    name,
    summary,
    help: [
      `gated-import ${name} ${usage} [options]`,
      '',
      `${summary[0]?.toUpperCase()}${summary.slice(1)}.${more === undefined ? '' : ` ${more}`}`,
      '',
      '  --reason <why>    why, for the journal',
      ...Object.values(extra),
      APP_HELP,
      '',
      'Exit code 0: it was asked for. 1: the app refused, or does not answer. 2: not understood.',
    ].join('\n'),
    async run(args, terminal) {
      const { values, needed, given } = readArguments(args, { options, positionals });
      const reason = reasonIn(values);
      for (const one of takes.filter((of) => !of.startsWith('['))) needed(one);
      const app = openApp(values, terminal);
      const asked = await wish({ values, needed, given, reason, app });
      const answer = await app.ask(asked.wish);
      if (values.json) {
        terminal.say(JSON.stringify(answer));
        return 0;
      }
      terminal.say(`asked: ${asked.said}`);
      if (asked.watch !== undefined) terminal.say(`${asked.watch} says what becomes of it`);
      return 0;
    },
  };
}

function reasonIn({ reason }: Values): string {
  if (reason === undefined || reason.trim() === '') throw new WrongUse('--reason is missing: why, for the journal');
  if (reason === WHY) throw new WrongUse(`--reason: say why, in place of "${WHY}"`);
  return reason;
}
