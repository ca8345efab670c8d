/**
 * Reads `WWW-Authenticate` (RFC 9110, 11.6.1): several challenges in one header, values in quotes, commas inside them.
 *
 * A registry's scope is such a value: `scope="repository:library/node:pull,push"`.
 */
export interface Challenge {
  /** In lower case. */
  scheme: string;
  /** Names in lower case. */
  parameters: Record<string, string>;
}

const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const SPACE = /[ \t]*/y;
const SEPARATOR = /[ \t]*,[ \t,]*/y;
const EQUALS = /[ \t]*=[ \t]*/y;
const QUOTED = /"((?:[^"\\]|\\.)*)"/y;
/** A challenge may carry one value without a name instead of parameters, such as `Negotiate YII=`. */
const TOKEN68 = /[0-9A-Za-z._~+/-]+=*(?=[ \t]*(?:,|$))/y;

/** What cannot be read ends the list: the challenges before it are answered. */
export function parseChallenges(header: string): Challenge[] {
  const scanner = scan(header);
  const challenges: Challenge[] = [];
  scanner.take(SEPARATOR);
  scanner.take(SPACE);
  while (!scanner.done()) {
    const scheme = scanner.take(TOKEN);
    if (scheme === undefined) return challenges;
    scanner.take(SPACE);
    challenges.push({ scheme: scheme.toLowerCase(), parameters: readParameters(scanner) });
    if (scanner.take(SEPARATOR) === undefined && !scanner.done()) return challenges;
  }
  return challenges;
}

function readParameters(scanner: Scanner): Record<string, string> {
  const parameters: Record<string, string> = {};
  for (;;) {
    const start = scanner.at();
    if (Object.keys(parameters).length > 0 && scanner.take(SEPARATOR) === undefined) return parameters;
    const name = scanner.take(TOKEN);
    const value = name !== undefined && scanner.take(EQUALS) !== undefined ? readValue(scanner) : undefined;
    if (name === undefined || value === undefined) {
      // Not a parameter: the next challenge, or a token68, which no registry's scheme uses.
      scanner.back(start);
      if (Object.keys(parameters).length === 0) scanner.take(TOKEN68);
      return parameters;
    }
    parameters[name.toLowerCase()] = value;
  }
}

function readValue(scanner: Scanner): string | undefined {
  const quoted = scanner.take(QUOTED);
  return quoted === undefined ? scanner.take(TOKEN) : quoted.slice(1, -1).replaceAll(/\\(.)/g, '$1');
}

interface Scanner {
  at(): number;
  back(to: number): void;
  done(): boolean;
  /** What the pattern matches here, or `undefined`, and then nothing moves. */
  take(pattern: RegExp): string | undefined;
}

function scan(text: string): Scanner {
  let at = 0;
  return {
    at: () => at,
    back(to) {
      at = to;
    },
    done: () => at >= text.length,
    take(pattern) {
      pattern.lastIndex = at;
      const match = pattern.exec(text)?.[0];
      at += match?.length ?? 0;
      return match;
    },
  };
}
