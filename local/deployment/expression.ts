/**
 * The expressions that a snapshot leaves open, in Azure's template language: as many of its functions as the walkthrough's snapshots use for
 * what the emulated Azure has. Another function is refused by its name.
 *
 * https://learn.microsoft.com/azure/azure-resource-manager/templates/template-expressions
 */
export type Expression =
  | { kind: 'text'; text: string }
  /** `path`: the properties that are taken of what the function answers. */
  | { kind: 'call'; name: string; given: Expression[]; path: string[] };

export class UnknownExpression extends Error {
  readonly code = 'UnknownExpression';

  constructor(text: string, why: string) {
    super(
      `The expression ${text} of the snapshot cannot be resolved here: ${why}. What can be is in local/deployment/.`,
    );
  }
}

const CALL = /^\[[a-z]\w*\(.*\)[\w.]*\]$/is;

/** `[system]`, and every other text that is no call of a function, means itself. */
export const isExpression = (text: string): boolean => CALL.test(text);

/** Throws `UnknownExpression`. */
export function parseExpression(text: string): Expression {
  const tokens = text.slice(1, -1).match(/'(?:[^']|'')*'|[a-z_]\w*|\S/gi) ?? [];
  let at = 0;
  const expect = (token: string): void => {
    if (tokens[at] !== token)
      throw new UnknownExpression(text, `"${token}" was expected, not "${tokens[at] ?? 'the end'}"`);
    at += 1;
  };
  const read = (): Expression => {
    const token = tokens[at] ?? 'the end';
    if (token.startsWith("'")) {
      at += 1;
      return { kind: 'text', text: token.slice(1, -1).replaceAll("''", "'") };
    }
    if (!/^[a-z_]/i.test(token)) throw new UnknownExpression(text, `a function or a text was expected, not "${token}"`);
    at += 1;
    expect('(');
    const given: Expression[] = [];
    while (tokens[at] !== ')') {
      if (given.length > 0) expect(',');
      given.push(read());
    }
    expect(')');
    const path: string[] = [];
    while (tokens[at] === '.') {
      path.push(tokens[at + 1] ?? '');
      at += 2;
    }
    return { kind: 'call', name: token, given, path };
  };
  const whole = read();
  if (at < tokens.length) throw new UnknownExpression(text, `"${tokens[at]}" was not expected`);
  return whole;
}
