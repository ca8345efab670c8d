/**
 * JSON that others wrote and that means one thing only: bounded in depth, and no key twice in one mapping.
 *
 * Readers differ in which of two equal keys they take, so a text that has both could show us one image and the container engine another.
 */
import { quoted } from './printable.ts';

export type StrictJson = { kind: 'json'; value: unknown } | { kind: 'garbled'; problem: string };

/** Far above what a manifest, a configuration or a signature needs. */
const MOST_DEPTH = 64;

export function readStrictJson(bytes: Uint8Array): StrictJson {
  const text = decoded(bytes);
  if (text === undefined) return { kind: 'garbled', problem: 'it is not UTF-8' };
  const value = parsed(text);
  if (value === undefined) return { kind: 'garbled', problem: 'it is not JSON' };
  const problem = ambiguity(text);
  return problem === undefined ? { kind: 'json', value: value.json } : { kind: 'garbled', problem };
}

/** What bytes are not is an answer here, which the caller says. */
function decoded(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function parsed(text: string): { json: unknown } | undefined {
  try {
    return { json: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

/** Walks a text that is valid JSON: only strings, colons and brackets matter. No expression, whose stack a long string could exhaust. */
function ambiguity(text: string): string | undefined {
  /** For each open bracket its keys so far; a list has none. */
  const open: (Set<string> | undefined)[] = [];
  let lastString = '';
  for (let at = 0; at < text.length; at += 1) {
    switch (text[at]) {
      case '"': {
        const end = endOfString(text, at);
        lastString = text.slice(at, end + 1);
        at = end;
        break;
      }
      case '{':
      case '[':
        if (open.push(text[at] === '{' ? new Set() : undefined) > MOST_DEPTH) {
          return `it is nested deeper than ${MOST_DEPTH}`;
        }
        break;
      case '}':
      case ']':
        open.pop();
        break;
      case ':': {
        const key = JSON.parse(lastString) as string;
        if (open.at(-1)?.has(key)) return `it has the key ${quoted(key)} twice`;
        open.at(-1)?.add(key);
        break;
      }
      default: // Numbers, words, commas and blanks hold no key.
    }
  }
  return undefined;
}

function endOfString(text: string, begin: number): number {
  for (let at = begin + 1; ; at += 1) {
    at = text.indexOf('"', at);
    let backslashes = 0;
    while (text[at - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return at;
  }
}
