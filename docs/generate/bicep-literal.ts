/**
 * Reads a variable of a Bicep file that is a literal: objects, arrays, texts, booleans and numbers, an item a line.
 *
 * So the map of roles stands once, in Bicep, and the command line has it as well. What is no literal is refused by its line.
 */
export type Literal = string | number | boolean | Literal[] | { [key: string]: Literal };

export function bicepLiteral(text: string, name: string): Literal {
  const start = new RegExp(`^var ${name} = `, 'm').exec(text);
  if (!start) throw new Error(`the Bicep file has no variable "${name}"`);
  return reader(text, start.index + start[0].length).value();
}

/** A token, after white space and comments. */
const TOKEN = /(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*('(?:[^'\\]|\\.)*'|[A-Za-z0-9_.-]+|[{}[\]:,])/y;

function reader(text: string, from: number) {
  let at = from;
  const next = (): string => {
    TOKEN.lastIndex = at;
    const [, token] = TOKEN.exec(text) ?? [];
    if (token === undefined) throw new Error(`line ${lineOf(text, at)} of the Bicep file is no literal`);
    at = TOKEN.lastIndex;
    return token;
  };
  const peek = (): string => {
    const before = at;
    const token = next();
    at = before;
    return token;
  };
  const items = <T>(end: string, item: () => T): T[] => {
    const found: T[] = [];
    while (peek() !== end) {
      found.push(item());
      if (peek() === ',') next();
    }
    next();
    return found;
  };
  const value = (): Literal => {
    const token = next();
    if (token === '[') return items(']', value);
    if (token === '{') return Object.fromEntries(items('}', entry));
    if (token.startsWith("'") && !token.includes('${')) return unquoted(token);
    if (token === 'true' || token === 'false') return token === 'true';
    if (/^\d+$/.test(token)) return Number(token);
    throw new Error(`line ${lineOf(text, at)} of the Bicep file: ${token} is no literal`);
  };
  const entry = (): [string, Literal] => {
    const key = unquoted(next());
    if (next() !== ':') throw new Error(`line ${lineOf(text, at)} of the Bicep file: "${key}" has no value`);
    return [key, value()];
  };
  return { value };
}

const unquoted = (token: string): string =>
  token.startsWith("'") ? token.slice(1, -1).replaceAll(/\\(.)/g, '$1') : token;

const lineOf = (text: string, at: number): number => text.slice(0, at).split('\n').length;
