/**
 * The columns of a stored shape as lines that two versions can be compared by: `resting?.reason(held).by: string`.
 *
 * `?` may be missing, `[]` is an element, `.*` the value of any key, `(held)` one of several kinds.
 */
import { z } from 'zod';

type Schema = z.core.JSONSchema.BaseSchema;

/** Throws for a shape that it has no line for: one that is left out could change unseen. */
export function columnsOf(shape: z.ZodType): string[] {
  const { $schema: _, ...schema } = z.toJSONSchema(shape, { reused: 'inline' });
  return linesOf(schema, '');
}

function linesOf(schema: Schema, path: string): string[] {
  const kinds = schema.oneOf ?? schema.anyOf;
  if (kinds) return kinds.map((kind) => kind as Schema).flatMap((kind) => linesOf(kind, `${path}(${kindOf(kind)})`));
  const { type, properties, required = [], items, additionalProperties: values, propertyNames, ...limits } = schema;
  if (type === 'object' && properties) {
    const columns = Object.entries(properties).flatMap(([name, column]) =>
      linesOf(column as Schema, `${path}${path && '.'}${name}${required.includes(name) ? '' : '?'}`),
    );
    return columns.length > 0 ? columns : [`${path}: object`];
  }
  if (type === 'object' && typeof values === 'object') {
    const keys = limitsOf((propertyNames ?? {}) as Schema);
    return linesOf(values, `${path}.*${keys && ` (keys${keys})`}`);
  }
  if (type === 'array' && typeof items === 'object' && !Array.isArray(items)) {
    return linesOf(items as Schema, `${path}[]${limitsOf(limits)}`);
  }
  if (type === 'object' || type === 'array') throw new Error(`${path || 'a row'} has a shape without a line for it`);
  return [`${path}: ${type ?? 'any'}${limitsOf(limits)}`];
}

/** By the word that tells it from the others, or by its type. */
function kindOf(schema: Schema): string {
  const words = Object.values(schema.properties ?? {}).map((column) => (column as Schema).const);
  return String(words.find((word) => word !== undefined) ?? schema.const ?? schema.type);
}

/** What more is known of a value: its pattern, its only values, its least and most. */
const limitsOf = ({ type: _, ...limits }: Schema): string =>
  Object.entries(limits)
    .map(([name, value]) => ` ${name} ${JSON.stringify(value)}`)
    .join('');
