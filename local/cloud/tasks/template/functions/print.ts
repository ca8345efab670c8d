/** `print`, `println` and `printf`, with the verbs of Go's fmt that a task file needs (https://pkg.go.dev/fmt). */
import { NotSupportedLocally } from '../../failures.ts';
import { kindOf, text as shownAs, type Value } from '../value.ts';
import { stringOf, type TemplateFunction } from './arguments.ts';

export const printFunctions: Record<string, TemplateFunction> = {
  /** A space goes between two values of which neither is text. */
  print: (...given) =>
    given.reduce<string>((line, value, index) => {
      const before = given[index - 1];
      const isApart = index > 0 && typeof before !== 'string' && typeof value !== 'string';
      return `${line}${isApart ? ' ' : ''}${shownAs(value)}`;
    }, ''),
  println: (...given) => `${given.map(shownAs).join(' ')}\n`,
  printf: (format, ...given) => formatted(stringOf(format), given),
};

const VERB = /%([-+0# ]*)(\d*)(?:\.(\d+))?(.)/gsu;

interface Width {
  flags: string;
  width: number;
  precision: number | undefined;
}

function formatted(format: string, given: Value[]): string {
  let next = 0;
  const text = format.replaceAll(
    VERB,
    (found, flags: string, width: string, precision: string | undefined, verb: string) => {
      if (verb === '%') return '%';
      if (next >= given.length) return `%!${verb}(MISSING)`;
      const precise = precision === undefined ? undefined : Number(precision);
      return verbText(given[next++], { found, verb, flags, width: Number(width), precision: precise });
    },
  );
  const extra = given.slice(next).map((value) => `${kindOf(value)}=${shownAs(value)}`);
  return extra.length === 0 ? text : `${text}%!(EXTRA ${extra.join(', ')})`;
}

function verbText(value: Value, options: Width & { found: string; verb: string }): string {
  const { verb, found, flags, precision } = options;
  const isInteger = typeof value === 'number' && Number.isInteger(value);
  const bad = () => `%!${verb}(${isNothing(value) ? '<nil>' : `${kindOf(value)}=${shownAs(value)}`})`;
  switch (verb) {
    case 'v':
      return padded(shownAs(value), options);
    case 's':
      return typeof value === 'string' ? padded(value.slice(0, precision), options) : bad();
    case 'q':
      return typeof value === 'string' ? padded(JSON.stringify(value), options) : bad();
    case 't':
      return typeof value === 'boolean' ? padded(String(value), options) : bad();
    case 'd':
      return isInteger ? padded(flags.includes('+') && value >= 0 ? `+${value}` : String(value), options) : bad();
    case 'x':
      if (typeof value === 'string') return padded(Buffer.from(value).toString('hex'), options);
      return isInteger ? padded(value.toString(16), options) : bad();
    case 'f':
      return typeof value === 'number' && !isInteger ? padded(value.toFixed(precision ?? 6), options) : bad();
    default:
      throw new NotSupportedLocally(`the verb ${found} of printf in a template`);
  }
}

const isNothing = (value: Value): boolean => value === undefined || value === null;

function padded(text: string, { flags, width }: Width): string {
  if (flags.includes('-')) return text.padEnd(width);
  if (!flags.includes('0')) return text.padStart(width);
  const sign = /^[+-]/.exec(text)?.[0] ?? '';
  return sign + text.slice(sign.length).padStart(width - sign.length, '0');
}
