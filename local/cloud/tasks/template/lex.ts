/**
 * Cuts a template into text and actions, and actions into tokens, by the rules of Go's text/template (https://pkg.go.dev/text/template):
 * trim markers, comments, strings in which `}}` may stand.
 */
import { NotSupportedLocally, RunFailed } from '../failures.ts';

export type Token =
  | { kind: 'word' | 'symbol' | 'variable' | 'field'; text: string; afterSpace: boolean }
  | { kind: 'literal'; value: string | number; text: string; afterSpace: boolean };

export type Piece =
  | { kind: 'text'; text: string }
  /** `source`: the action as it is written, for messages. */
  | { kind: 'action'; tokens: Token[]; source: string };

const COMMENT = /\/\*[\s\S]*?\*\//y;
const END = /\s*(?:(?<=\s)-)?\}\}/y;
const SPACE = /\s+/y;
const RULES: { kind: Token['kind'] | 'refused'; pattern: RegExp }[] = [
  { kind: 'literal', pattern: /"(?:\\.|[^"\\\n])*"|`[^`]*`/y },
  { kind: 'refused', pattern: /'(?:\\.|[^'\\\n])*'/y },
  { kind: 'literal', pattern: /[+-]?\d+(?:\.\d+)?(?![\p{L}\p{N}_.])/uy },
  { kind: 'variable', pattern: /\$[\p{L}\p{N}_]*/uy },
  { kind: 'field', pattern: /\.[\p{L}_][\p{L}\p{N}_]*/uy },
  { kind: 'word', pattern: /[\p{L}_][\p{L}\p{N}_]*/uy },
  { kind: 'symbol', pattern: /:=|[.=|(),]/y },
];

export function lex(template: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  let trimNext = false;
  for (;;) {
    const open = template.indexOf('{{', at);
    const text = template.slice(at, open < 0 ? template.length : open);
    const trimThis = open >= 0 && /^\{\{-\s/.test(template.slice(open, open + 4));
    pieces.push({ kind: 'text', text: trim(text, { start: trimNext, end: trimThis }) });
    if (open < 0) return pieces;
    const action = readAction(template, open, open + (trimThis ? 3 : 2));
    if (action.tokens.length > 0) pieces.push({ kind: 'action', tokens: action.tokens, source: action.source });
    at = action.end;
    trimNext = action.trimsNext;
  }
}

function trim(text: string, sides: { start: boolean; end: boolean }): string {
  const started = sides.start ? text.replace(/^[ \t\r\n]+/, '') : text;
  return sides.end ? started.replace(/[ \t\r\n]+$/, '') : started;
}

function readAction(
  template: string,
  open: number,
  inside: number,
): { tokens: Token[]; source: string; end: number; trimsNext: boolean } {
  const tokens: Token[] = [];
  let at = inside;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(template)?.[0];
    at += found?.length ?? 0;
    return found;
  };
  match(SPACE);
  const isComment = match(COMMENT) !== undefined;
  for (;;) {
    const end = match(END);
    if (end !== undefined) {
      if (tokens.length === 0 && !isComment)
        throw new RunFailed('failed to parse template: nothing between "{{" and "}}"');
      return { tokens, source: template.slice(open, at), end: at, trimsNext: end.endsWith('-}}') };
    }
    const afterSpace = match(SPACE) !== undefined || tokens.length === 0;
    const token = readToken(match, afterSpace);
    if (token) tokens.push(token);
    else throw unreadable(template, open, at);
  }
}

function readToken(match: (pattern: RegExp) => string | undefined, afterSpace: boolean): Token | undefined {
  for (const { kind, pattern } of RULES) {
    const text = match(pattern);
    if (text === undefined) continue;
    if (kind === 'refused') throw new NotSupportedLocally(`the character ${text} in a template`);
    return kind === 'literal'
      ? { kind, value: literal(text), text, afterSpace }
      : { kind, text: kind === 'field' ? text.slice(1) : text, afterSpace };
  }
  return undefined;
}

const ESCAPES: Record<string, string> = { n: '\n', t: '\t', r: '\r', '"': '"', '\\': '\\' };

function literal(written: string): string | number {
  if (written.startsWith('`')) return written.slice(1, -1);
  if (!written.startsWith('"')) return Number(written);
  return written.slice(1, -1).replaceAll(/\\(u[0-9a-fA-F]{4}|.)/g, (found, escaped: string) => {
    if (escaped.length > 1) return String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
    const character = ESCAPES[escaped];
    if (character === undefined) throw new NotSupportedLocally(`the escape ${found} in a template`);
    return character;
  });
}

function unreadable(template: string, open: number, at: number): RunFailed {
  const excerpt = template.slice(open, open + 40).split('\n')[0] ?? '';
  const isOpen = template.indexOf('}}', at) < 0;
  const reason = isOpen ? '"{{" without "}}"' : `unexpected ${JSON.stringify(template.charAt(at))}`;
  return new RunFailed(`failed to parse template: ${reason} near "${excerpt}"`);
}
