/**
 * Resolves the expressions of a snapshot as Azure Resource Manager does while it deploys: a `reference` is a GET of the resource, which is
 * there by then, because what is referred to is made first.
 */
import { isExpression, parseExpression, UnknownExpression, type Expression } from './expression.ts';

export interface Lookups {
  /** The resource as it is now. */
  resource(id: string, apiVersion: string): Promise<unknown>;
  secret(vaultId: string, name: string): Promise<string>;
  /** The secure parameters, which no snapshot has the values of. */
  parameters: Record<string, unknown>;
}

/** The value with every expression in it resolved, also where it is the name of a property. Throws `UnknownExpression`. */
export async function resolve(value: unknown, lookups: Lookups): Promise<unknown> {
  if (typeof value === 'string') return isExpression(value) ? evaluated(value, lookups) : value;
  if (Array.isArray(value)) return Promise.all(value.map((each) => resolve(each, lookups)));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(async ([name, each]) => [
    String(await resolve(name, lookups)),
    await resolve(each, lookups),
  ]);
  return Object.fromEntries(await Promise.all(entries)) as unknown;
}

async function evaluated(text: string, lookups: Lookups): Promise<unknown> {
  const value = await evaluate(parseExpression(text), { ...lookups, text });
  if (value === undefined) throw new UnknownExpression(text, 'what it names is not there');
  return value;
}

async function evaluate(expression: Expression, lookups: Lookups & { text: string }): Promise<unknown> {
  if (expression.kind === 'text') return expression.text;
  const { name, path } = expression;
  const given = await Promise.all(expression.given.map((each) => evaluate(each, lookups)));
  return at(await called(name, given, lookups), path);
}

async function called(name: string, given: unknown[], lookups: Lookups & { text: string }): Promise<unknown> {
  const [first, ...rest] = given.map(String);
  switch (name.toLowerCase()) {
    case 'reference': {
      const whole = await lookups.resource(first ?? '', rest[0] ?? '');
      return rest[1]?.toLowerCase() === 'full' ? whole : at(whole, ['properties']);
    }
    case 'getkeyvaultsecret':
      return lookups.secret(first ?? '', rest[0] ?? '');
    case 'parameters':
      return lookups.parameters[first ?? ''];
    case 'format':
      return (first ?? '').replace(/\{(\d+)\}/g, (_, index: string) => rest[Number(index)] ?? '');
    case 'empty':
      return given[0] === undefined || given[0] === '';
    case 'not':
      return given[0] !== true;
    default:
      throw new UnknownExpression(lookups.text, `the function ${name} is not known`);
  }
}

const at = (value: unknown, path: string[]): unknown =>
  path.reduce<unknown>((inside, name) => (inside as Record<string, unknown> | null | undefined)?.[name], value);
