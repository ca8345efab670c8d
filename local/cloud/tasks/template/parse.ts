/**
 * Reads the tokens of a template into nodes: actions, `if`, `with` and `range` with their `else` and `end`, pipelines, fields and variables.
 *
 * What Go's text/template has beyond that, and functions that are not known here, are refused by name before anything is computed.
 */
import { NotSupportedLocally, RunFailed } from '../failures.ts';
import { lex, type Piece, type Token } from './lex.ts';
import type { Node, Operand, Pipe } from './nodes.ts';
import type { Value } from './value.ts';

const BLOCKS = ['if', 'with', 'range'] as const;
const REFUSED = ['define', 'template', 'block', 'break', 'continue'];
const WORDS: Record<string, Value> = { true: true, false: false, nil: null };

type Action = Extract<Piece, { kind: 'action' }>;

export function parseTemplate(template: string, options: { knows: (functionName: string) => boolean }): Node[] {
  const pieces = lex(template);
  const { knows } = options;
  let at = 0;

  /** Up to the `else` or `end` that closes it, which is answered too. */
  const list = (): { nodes: Node[]; closing?: Action } => {
    const nodes: Node[] = [];
    for (;;) {
      const piece = pieces[at++];
      if (!piece) return { nodes };
      if (piece.kind === 'text') nodes.push(piece);
      else if (isWord(piece.tokens[0], 'else') || isWord(piece.tokens[0], 'end')) return { nodes, closing: piece };
      else nodes.push(node(piece));
    }
  };

  const node = (action: Action): Node => {
    const first = action.tokens[0];
    const block = BLOCKS.find((name) => isWord(first, name));
    if (block) return blockOf(block, action, action.tokens.slice(1));
    if (first?.kind === 'word' && REFUSED.includes(first.text)) {
      throw new NotSupportedLocally(`${action.source} in a template`);
    }
    return { kind: 'print', pipe: readPipe(action, action.tokens, knows) };
  };

  const blockOf = (kind: (typeof BLOCKS)[number], action: Action, tokens: Token[]): Node => {
    const pipe = readPipe(action, tokens, knows);
    const { nodes: body, closing } = list();
    if (!closing) throw new RunFailed(`failed to parse template: ${action.source} without {{ end }}`);
    if (isWord(closing.tokens[0], 'end')) return { kind, pipe, body, otherwise: [] };
    const [, next, ...rest] = closing.tokens;
    if (next === undefined) {
      const { nodes: otherwise, closing: last } = list();
      if (last && isWord(last.tokens[0], 'end')) return { kind, pipe, body, otherwise };
      throw new RunFailed(`failed to parse template: ${action.source} without {{ end }} after {{ else }}`);
    }
    if (kind !== 'range' && isWord(next, kind)) {
      // `else if` takes the `end` of the whole.
      return { kind, pipe, body, otherwise: [blockOf(kind, closing, rest)] };
    }
    throw new RunFailed(`failed to parse template: unexpected ${closing.source} in ${action.source}`);
  };

  const { nodes, closing } = list();
  if (closing) throw new RunFailed(`failed to parse template: unexpected ${closing.source}`);
  return nodes;
}

const isWord = (token: Token | undefined, text: string): boolean => token?.kind === 'word' && token.text === text;
const isSymbol = (token: Token | undefined, text: string): boolean => token?.kind === 'symbol' && token.text === text;

function readPipe(action: Action, tokens: Token[], knows: (name: string) => boolean): Pipe {
  let at = 0;
  const unexpected = (what: string) =>
    new RunFailed(`failed to parse template: unexpected ${what} in ${action.source}`);

  const pipe = (closed: 'by a parenthesis' | 'by the end'): Pipe => {
    const { declares, assigns } = target();
    const commands = [command()];
    while (isSymbol(tokens[at], '|')) {
      at++;
      commands.push(command());
    }
    const next = tokens[at];
    if (closed === 'by the end' && next) throw unexpected(`"${next.text}"`);
    if (closed === 'by a parenthesis') {
      if (!isSymbol(next, ')')) throw unexpected('end of a parenthesis');
      at++;
    }
    return { declares, commands, ...(assigns === undefined ? {} : { assigns }) };
  };

  /** `$x :=`, `$i, $x :=` or `$x =`, when it begins with that. */
  const target = (): { declares: string[]; assigns?: string } => {
    const [first, second, third, fourth] = tokens.slice(at, at + 4);
    if (first?.kind !== 'variable') return { declares: [] };
    if (isSymbol(second, ':=') || isSymbol(second, '=')) {
      at += 2;
      return second?.text === '=' ? { declares: [], assigns: first.text } : { declares: [first.text] };
    }
    if (isSymbol(second, ',') && third?.kind === 'variable' && isSymbol(fourth, ':=')) {
      at += 4;
      return { declares: [first.text, third.text] };
    }
    return { declares: [] };
  };

  const command = (): Operand[] => {
    const operands: Operand[] = [];
    for (;;) {
      const token = tokens[at];
      if (!token || isSymbol(token, '|') || isSymbol(token, ')')) break;
      operands.push(operand());
    }
    if (operands.length === 0) throw unexpected('end of a command');
    return operands;
  };

  const operand = (): Operand => {
    const of = term();
    const names: string[] = [];
    for (let next = tokens[at]; next?.kind === 'field' && !next.afterSpace; next = tokens[++at]) names.push(next.text);
    return names.length === 0 ? of : { kind: 'fields', of, names };
  };

  const term = (): Operand => {
    const token = tokens[at++];
    if (!token) throw unexpected('end');
    switch (token.kind) {
      case 'literal':
        return { kind: 'literal', value: token.value };
      case 'variable':
        return { kind: 'variable', name: token.text };
      case 'field':
        return { kind: 'fields', of: { kind: 'dot' }, names: [token.text] };
      case 'symbol':
        if (token.text === '.') return { kind: 'dot' };
        if (token.text === '(') return { kind: 'pipe', pipe: pipe('by a parenthesis') };
        throw unexpected(`"${token.text}"`);
      case 'word':
        if (Object.hasOwn(WORDS, token.text)) return { kind: 'literal', value: WORDS[token.text] };
        if (!knows(token.text)) throw new NotSupportedLocally(`the function "${token.text}" in ${action.source}`);
        return { kind: 'function', name: token.text };
    }
  };

  return pipe('by the end');
}
