/** Computes the nodes of a template, as Go's text/template does with `missingkey=zero`: a key that is not there has no value. */
import { ArgumentProblem, type TemplateFunction } from './functions/arguments.ts';
import type { Node, Operand, Pipe } from './nodes.ts';
import { isFields, isTrue, kindOf, shown, sortedEntries, TemplateFailed, type Value } from './value.ts';

interface Scope {
  variables: Map<string, Value>;
  outer?: Scope;
}

export function evaluate(
  nodes: Node[],
  options: { data: Value; functions: ReadonlyMap<string, TemplateFunction> },
): string {
  const { data, functions } = options;

  const list = (all: Node[], dot: Value, outer?: Scope): string => {
    const scope: Scope = { variables: new Map(), ...(outer ? { outer } : {}) };
    return all.map((node) => one(node, dot, scope)).join('');
  };

  const one = (node: Node, dot: Value, outer: Scope): string => {
    if (node.kind === 'text') return node.text;
    if (node.kind === 'print') {
      const value = pipe(node.pipe, dot, outer);
      return node.pipe.declares.length > 0 || node.pipe.assigns !== undefined ? '' : shown(value);
    }
    const scope: Scope = { variables: new Map(), outer };
    if (node.kind === 'range') return range(node, dot, scope);
    const value = pipe(node.pipe, dot, scope);
    if (!isTrue(value)) return list(node.otherwise, dot, scope);
    return list(node.body, node.kind === 'with' ? value : dot, scope);
  };

  const range = (node: Exclude<Node, { kind: 'text' | 'print' }>, dot: Value, outer: Scope): string => {
    const { declares, ...rest } = node.pipe;
    const entries = entriesOf(pipe({ ...rest, declares: [] }, dot, outer));
    if (entries.length === 0) return list(node.otherwise, dot, outer);
    const rounds = entries.map(([key, value]) => {
      const values = declares.length === 2 ? [key, value] : [value];
      const variables = new Map(declares.map((name, index) => [name, values[index]]));
      return list(node.body, value, { variables, outer });
    });
    return rounds.join('');
  };

  const pipe = ({ declares, assigns, commands }: Pipe, dot: Value, scope: Scope): Value => {
    let value: Value;
    commands.forEach((command, index) => (value = run(command, dot, scope, index === 0 ? [] : [value])));
    for (const name of declares) scope.variables.set(name, value);
    if (assigns !== undefined) holder(assigns, scope).variables.set(assigns, value);
    return value;
  };

  const run = ([first, ...rest]: Operand[], dot: Value, scope: Scope, piped: Value[]): Value => {
    if (first?.kind === 'function') return call(first.name, rest, dot, scope, piped);
    if (first && rest.length === 0 && piped.length === 0) return operand(first, dot, scope);
    throw new TemplateFailed("can't give an argument to what is no function");
  };

  const call = (name: string, rest: Operand[], dot: Value, scope: Scope, piped: Value[]): Value => {
    const values = () => [...rest.map((each) => operand(each, dot, scope)), ...piped];
    // They stop at the first argument that decides.
    if (name === 'and' || name === 'or') {
      let value: Value;
      for (const each of [
        ...rest.map((argument) => () => operand(argument, dot, scope)),
        ...piped.map((v) => () => v),
      ]) {
        value = each();
        if (isTrue(value) === (name === 'or')) return value;
      }
      return value;
    }
    const found = functions.get(name);
    if (!found) throw new TemplateFailed(`there is no function "${name}"`);
    try {
      return found(...values());
    } catch (error) {
      if (!(error instanceof ArgumentProblem)) throw error;
      throw new TemplateFailed(`error calling ${name}: ${error.message}`);
    }
  };

  const operand = (of: Operand, dot: Value, scope: Scope): Value => {
    switch (of.kind) {
      case 'literal':
        return of.value;
      case 'dot':
        return dot;
      case 'variable':
        return of.name === '$' ? data : holder(of.name, scope).variables.get(of.name);
      case 'function':
        return call(of.name, [], dot, scope, []);
      case 'pipe':
        return pipe(of.pipe, dot, { variables: new Map(), outer: scope });
      case 'fields':
        return of.names.reduce((value, name) => fieldOf(value, name), operand(of.of, dot, scope));
    }
  };

  return list(nodes, data);
}

function holder(name: string, scope: Scope): Scope {
  for (let each: Scope | undefined = scope; each; each = each.outer) if (each.variables.has(name)) return each;
  throw new TemplateFailed(`undefined variable "${name}"`);
}

function fieldOf(value: Value, name: string): Value {
  if (isFields(value)) return Object.hasOwn(value, name) ? value[name] : undefined;
  if (value === undefined || value === null) throw new TemplateFailed(`nil pointer evaluating .${name}`);
  throw new TemplateFailed(`can't evaluate field ${name} in type ${kindOf(value)}`);
}

function entriesOf(value: Value): [Value, Value][] {
  if (Array.isArray(value)) return value.map((item, index) => [index, item]);
  if (isFields(value)) return sortedEntries(value);
  if (value === undefined || value === null) return [];
  throw new TemplateFailed(`range can't iterate over ${kindOf(value)}`);
}
