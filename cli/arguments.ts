/** Reads the arguments of a command; what is wrong with them is said in one sentence. */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { WrongUse } from './command.ts';

type Options = NonNullable<ParseArgsConfig['options']>;
type Values<O extends Options> = ReturnType<typeof parseArgs<{ options: O }>>['values'];

export interface Arguments<O extends Options> {
  values: Values<O>;
  /** What was given for the positional argument of that name. Throws `WrongUse` where there is none. */
  needed(name: string): string;
  /** As `needed`, for what may be left out. */
  given(name: string): string | undefined;
}

/** `positionals`: the names of arguments without a dash, in their order. */
export function readArguments<const O extends Options>(
  args: string[],
  { options, positionals: names }: { options: O; positionals: string[] },
): Arguments<O> {
  const { values, positionals } = parse(args, options);
  const [tooMany] = positionals.slice(names.length);
  if (tooMany !== undefined) throw new WrongUse(`"${tooMany}" is one argument too many`);
  const given = (name: string) => positionals[names.indexOf(name)];
  return {
    values,
    given,
    needed(name) {
      const value = given(name);
      if (value === undefined) throw new WrongUse(`<${name}> is missing`);
      return value;
    },
  };
}

function parse<const O extends Options>(args: string[], options: O) {
  try {
    return parseArgs({ args, allowPositionals: true, options });
  } catch (error) {
    const [sentence = ''] = (error instanceof Error ? error.message : String(error)).split(/[.\n]/, 1);
    throw new WrongUse(sentence, { cause: error });
  }
}
