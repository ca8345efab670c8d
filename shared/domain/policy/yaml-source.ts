/**
 * One YAML file of the policy: its plain value, with settings filled in, and the position of everything in it.
 *
 * Anchors and aliases are allowed, within bounds: a small file must not grow into a large policy ("billion laughs").
 */
import { isAlias, isCollection, isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import type { Document, Node, ParsedNode, YAMLError } from 'yaml';
import { fillIn } from './fill-in.ts';
import type { PolicyProblem } from './problem.ts';

/** Uses of one anchor, counting those inside other anchors. Generous for one list of checks shared by every gate. */
const MAX_ALIAS_COUNT = 1_000;
/** Containers inside containers; a container group file needs about eight. */
const MAX_DEPTH = 40;

export type Path = (string | number)[];

/** Stands for a text whose `${NAME}` could not be filled in. That was reported; nothing more is to be said about the value. */
export const unfilled = Symbol('unfilled');
/** The same for a key, which can only be text. */
export const unfilledKey = String(unfilled);

export interface YamlSource {
  file: string;
  value: unknown;
  /** Names of the settings filled in. */
  used: Set<string>;
  /** Of the value at the path, or of its key; of the last thing on the way when the path leads nowhere. */
  positionOf(path: Path, part: 'key' | 'value'): { line: number; column: number };
}

export interface OpenYaml {
  file: string;
  text: string;
  settings: Record<string, string>;
  /** Given the keys on the way to a text, whether `${secret:name}` may stand there. */
  secretsAllowed: (keys: string[]) => boolean;
}

/** `undefined` for a file with no usable structure; then `problems` says why. */
export function openYaml({ file, text, settings, secretsAllowed }: OpenYaml, problems: PolicyProblem[]) {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    // 'silent' would also silence the error about a second document.
    logLevel: 'error',
  });
  const position = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const problem = (offset: number, message: string) => problems.push({ file, ...position(offset), message });

  const trouble = [...document.errors, ...document.warnings];
  for (const error of withoutEchoes(trouble)) problem(error.pos[0], sentence(error));
  if (trouble.length > 0) return undefined;

  const structural = structureProblems(document);
  for (const { node, message } of structural) problem(startOf(node), message);
  if (structural.length > 0) return undefined;

  const used = new Set<string>();
  visit(document, {
    Scalar: (_, node, ancestors) => {
      if (typeof node.value !== 'string') return;
      const keys = ancestors.flatMap((step) => (isPair(step) ? [keyOf(step.key)] : []));
      const filled = fillIn(node.value, { settings, secrets: secretsAllowed(keys) ? 'allowed' : 'refused' });
      for (const name of filled.used) used.add(name);
      for (const message of filled.problems) problem(startOf(node), message);
      node.value = filled.problems.length > 0 ? unfilled : filled.text;
    },
  });
  for (const { node, message } of repeatedKeys(document)) problem(startOf(node), message);

  const plain = plainValue(document);
  if (plain.kind === 'too-many-aliases') {
    problem(
      0,
      `aliases are used too often (more than ${MAX_ALIAS_COUNT} copies of one anchor). Write some of them out.`,
    );
    return undefined;
  }
  const source: YamlSource = {
    file,
    value: plain.value,
    used,
    positionOf: (path, part) => position(offsetOf(document, path, part)),
  };
  return source;
}

/** One slip can make the parser stumble over every following token or level; the first stumble says enough. */
function withoutEchoes(errors: YAMLError[]): YAMLError[] {
  const tooDeep = errors.find(({ code }) => code === 'RESOURCE_EXHAUSTION');
  if (tooDeep) return [tooDeep];
  const firstUnexpected = errors.find(({ code }) => code === 'UNEXPECTED_TOKEN');
  return errors
    .filter((error) => error.code !== 'UNEXPECTED_TOKEN' || error === firstUnexpected)
    .filter((error, at, all) => all.findIndex(({ pos }) => pos[0] === error.pos[0]) === at);
}

function sentence({ code, message }: YAMLError): string {
  switch (code) {
    case 'DUPLICATE_KEY':
      return 'this key stands here a second time. Keep one of the two.';
    case 'MULTIPLE_DOCS':
      return 'a second document begins in this file ("---"). Put one document in one file.';
    case 'NON_STRING_KEY':
      return 'a key has to be text.';
    case 'RESOURCE_EXHAUSTION':
      return 'this is nested too deeply to be read.';
    case 'TAG_RESOLVE_FAILED':
      return `${message}. Tags ("!name") mean nothing here; remove it.`;
    case 'UNEXPECTED_TOKEN':
      return `not YAML: ${message}. A text with "{", "}", "[", "]", "," or ": " in it may need quotes.`;
    default:
      return `not YAML: ${message}.`;
  }
}

interface Stumble {
  node: Node;
  message: string;
}

function structureProblems(document: Document.Parsed): Stumble[] {
  const found: Stumble[] = [];
  visit(document, {
    Alias: (_, node, ancestors) => {
      const anchored = node.resolve(document);
      if (!anchored) found.push({ node, message: `no anchor "&${node.source}" stands before this alias.` });
      else if (ancestors.includes(anchored)) found.push({ node, message: `"*${node.source}" contains itself.` });
    },
    Collection: (_, node, ancestors) => {
      if (ancestors.filter(isCollection).length < MAX_DEPTH) return undefined;
      found.push({ node, message: `this is nested too deeply: more than ${MAX_DEPTH} levels.` });
      return visit.BREAK;
    },
  });
  return found;
}

/** Keys that became the same when settings were filled in; the parser sees only those that were written the same. */
function repeatedKeys(document: Document.Parsed): Stumble[] {
  const found: Stumble[] = [];
  visit(document, {
    Map: (_, map) => {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        if (!isScalar(key) || typeof key.value !== 'string') continue;
        if (seen.has(key.value)) found.push({ node: key, message: `"${key.value}" stands here a second time.` });
        seen.add(key.value);
      }
    },
  });
  return found;
}

function plainValue(document: Document.Parsed): { kind: 'plain'; value: unknown } | { kind: 'too-many-aliases' } {
  try {
    return { kind: 'plain', value: document.toJS({ maxAliasCount: MAX_ALIAS_COUNT }) };
  } catch (error) {
    // Unresolved aliases were refused before, so this is the only ReferenceError left.
    if (error instanceof ReferenceError) return { kind: 'too-many-aliases' };
    throw error;
  }
}

function offsetOf(document: Document.Parsed, path: Path, part: 'key' | 'value'): number {
  let key: unknown;
  let value: unknown = document.contents;
  for (const step of path) {
    const container: unknown = isAlias(value) ? value.resolve(document) : value;
    if (isMap(container)) {
      const pair = container.items.find((item) => keyOf(item.key) === String(step));
      if (!pair) return startOf(key ?? value);
      key = pair.key;
      value = pair.value;
    } else if (isSeq(container) && typeof step === 'number' && container.items[step] !== undefined) {
      key = undefined;
      value = container.items[step];
    } else break;
  }
  return startOf(part === 'key' || isNothing(value) ? (key ?? value) : value);
}

const keyOf = (key: unknown): string => (isScalar(key) ? String(key.value) : '');
const isNothing = (value: unknown): boolean => value === null || (isScalar(value) && value.value === null);
const startOf = (node: unknown): number => (node as ParsedNode | null | undefined)?.range?.[0] ?? 0;
