/**
 * Route templates of HTTP triggers: `gates/{gate}`, `{x?}` may be missing (at the end), `{*rest}` takes all that is left, `{id:int}` takes
 * numbers. Without regard to case. Of several that match, the one that is more literal at the first difference wins.
 */
import { CORE_TOOLS, HostError } from '../host-error.ts';

export interface Route<T> {
  target: T;
  methods: readonly string[];
  parts: Part[];
}

type Part =
  | { kind: 'literal'; text: string }
  | { kind: 'value'; name: string; isOptional: boolean; accepts: (value: string) => boolean }
  | { kind: 'rest'; name: string };

export type Match<T> =
  | { kind: 'found'; target: T; params: Record<string, string> }
  | { kind: 'wrong method'; allowed: string[] }
  | { kind: 'none' };

const CONSTRAINTS: Record<string, RegExp> = {
  int: /^-?\d+$/,
  guid: /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i,
  alpha: /^[a-z]+$/i,
};

/** No methods means all. Throws a `HostError` for a template that this host cannot read. */
export function route<T>(template: string, { methods, target }: { methods: readonly string[]; target: T }): Route<T> {
  const texts = template.split('/').filter((text) => text !== '');
  return {
    target,
    methods: methods.map((method) => method.toUpperCase()),
    parts: texts.map((text) => part(text, template)),
  };
}

export function matchRoute<T>(routes: readonly Route<T>[], method: string, segments: readonly string[]): Match<T> {
  const fitting = routes
    .flatMap((candidate) => {
      const params = paramsOf(candidate.parts, segments);
      return params ? [{ candidate, params }] : [];
    })
    .toSorted((a, b) => compare(a.candidate.parts, b.candidate.parts));
  const found = fitting.find(({ candidate: { methods } }) => methods.length === 0 || methods.includes(method));
  if (found) return { kind: 'found', target: found.candidate.target, params: found.params };
  if (fitting.length === 0) return { kind: 'none' };
  return { kind: 'wrong method', allowed: [...new Set(fitting.flatMap(({ candidate }) => candidate.methods))] };
}

function part(text: string, template: string): Part {
  const parameter = /^\{(\*{0,2})(\w+)(?::(\w+))?(\?)?\}$/.exec(text);
  if (!parameter) {
    if (/[{}]/.test(text)) {
      throw new HostError(
        'NotSupported',
        `part "${text}" of route "${template}" is not run by this local host; ${CORE_TOOLS}`,
      );
    }
    return { kind: 'literal', text: text.toLowerCase() };
  }
  const [, stars, name = '', constraint, optional] = parameter;
  if (stars) return { kind: 'rest', name };
  const pattern = constraint === undefined ? /^/ : CONSTRAINTS[constraint.toLowerCase()];
  if (!pattern) {
    throw new HostError(
      'NotSupported',
      `constraint "${constraint}" of route "${template}" is not run by this local host; ${CORE_TOOLS}`,
    );
  }
  return { kind: 'value', name, isOptional: optional !== undefined, accepts: (value) => pattern.test(value) };
}

function paramsOf(parts: readonly Part[], segments: readonly string[]): Record<string, string> | undefined {
  const params: Record<string, string> = {};
  for (const [index, one] of parts.entries()) {
    const segment = segments[index];
    if (one.kind === 'rest') return { ...params, [one.name]: segments.slice(index).join('/') };
    if (one.kind === 'literal') {
      if (segment?.toLowerCase() !== one.text) return undefined;
    } else if (segment === undefined || segment === '') {
      if (!one.isOptional) return undefined;
    } else if (one.accepts(segment)) {
      params[one.name] = segment;
    } else {
      return undefined;
    }
  }
  return segments.length <= parts.length ? params : undefined;
}

const RANK: Record<Part['kind'], number> = { literal: 0, value: 1, rest: 2 };

function compare(a: readonly Part[], b: readonly Part[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const [one, other] = [a[index], b[index]];
    const difference = (one ? RANK[one.kind] : -1) - (other ? RANK[other.kind] : -1);
    if (difference !== 0) return difference;
  }
  return 0;
}
