/**
 * The description of the API (OpenAPI 3.1), made from what the endpoints say of themselves. `docs/openapi.json` is this text; a test holds the
 * two together, and every answer of the API's tests is held against the same schemas.
 */
import { z, type ZodType } from 'zod';
import { ACCESS } from './access.ts';
import type { Endpoint } from './endpoint.ts';
import { parameters, parametersOf } from './parameters.ts';
import { problemsOf, USUAL_PROBLEMS } from './problems.ts';
import { problem } from './schemas/common.ts';

type Schema = Record<string, unknown>;

const DESCRIPTION =
  'What gates, images and apps do and why, and the ways in which a person steers them. Every read has a weak ETag and knows If-None-Match. ' +
  'A write answers 202 with a Location to poll.';
const ENTRA = 'Microsoft Entra ID, through App Service authentication; app roles viewer, operator, release-manager.';

export function describeApi(endpoints: Endpoint[]): object {
  const schemas: Record<string, Schema> = {};
  const schemaOf = (schema: ZodType, io: 'input' | 'output') => toSchema(schema, io, schemas);
  const paths: Record<string, Record<string, object>> = {};
  for (const endpoint of endpoints) {
    const path = (paths[`/api/${endpoint.route}`] ??= {});
    path[endpoint.method.toLowerCase()] = operationOf(endpoint, schemaOf);
  }
  const content = { 'application/problem+json': { schema: schemaOf(problem, 'output') } };
  return {
    openapi: '3.1.0',
    info: { title: 'gated-import', version: '1', description: DESCRIPTION },
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(schemas).toSorted(([a], [b]) => (a < b ? -1 : 1))),
      responses: Object.fromEntries(
        Object.values(USUAL_PROBLEMS).map(({ name, when }) => [name, { description: when, content }]),
      ),
      parameters: { IfNoneMatch: IF_NONE_MATCH },
      securitySchemes: { entra: { type: 'http', scheme: 'bearer', description: ENTRA } },
    },
  };
}

type SchemaOf = (schema: ZodType, io: 'input' | 'output') => Schema;

function operationOf(endpoint: Endpoint, schemaOf: SchemaOf): object {
  const { name, does, route, query, request, method } = endpoint;
  const body = request && { 'application/json': { schema: schemaOf(request, 'input') } };
  return {
    operationId: name,
    summary: does,
    security: [{ entra: [ACCESS[name]] }],
    parameters: [
      ...parametersOf(route).map((part) => parameterOf(part, 'path', parameters[part], schemaOf)),
      ...Object.entries(query?.shape ?? {}).map(([part, one]) => parameterOf(part, 'query', one as ZodType, schemaOf)),
      ...(method === 'GET' ? [{ $ref: '#/components/parameters/IfNoneMatch' }] : []),
    ],
    ...(body ? { requestBody: { required: !request.safeParse({}).success, content: body } } : {}),
    responses: responsesOf(endpoint, schemaOf),
  };
}

function responsesOf(endpoint: Endpoint, schemaOf: SchemaOf): object {
  const { answer, method } = endpoint;
  const responses: Record<string, object> = {};
  for (const { status, name, when } of problemsOf(endpoint)) {
    const content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
    responses[status] =
      when === undefined ? { $ref: `#/components/responses/${name}` } : { description: when, content };
  }
  if (method === 'GET') responses['304'] = { description: 'It is as it was.' };
  if (answer.kind === 'json') {
    const content = { 'application/json': { schema: schemaOf(answer.schema, 'output') } };
    const asked = { description: 'It was asked for.', headers: { location: headerOf('Where to watch.') }, content };
    const read = { description: 'What was asked.', headers: ETAG, content };
    responses[answer.status] = answer.status === 202 ? asked : read;
    if (answer.alsoAt) responses[answer.alsoAt] = { description: 'The same, where something is wrong.', content };
  }
  if (answer.kind === 'text') {
    const said = Object.entries(answer.headers).map(([name, description]) => [name, headerOf(description)] as const);
    responses[answer.status] = {
      description: 'What was asked.',
      headers: { ...ETAG, ...Object.fromEntries(said) },
      content: { 'text/plain': { schema: { type: 'string' } } },
    };
  }
  return responses;
}

function parameterOf(name: string, place: 'path' | 'query', schema: ZodType | undefined, schemaOf: SchemaOf): object {
  if (!schema) throw new Error(`route parameter "{${name}}" is not described in functions/http/parameters.ts`);
  const { description, ...rest } = schemaOf(schema, 'input');
  const required = place === 'path' || !schema.safeParse(undefined).success;
  return { name, in: place, required, ...(description ? { description } : {}), schema: rest };
}

/** Inputs are what a caller may send, answers what is sent. What has an `id` goes to `schemas`, and stands there once. */
function toSchema(schema: ZodType, io: 'input' | 'output', schemas: Record<string, Schema>): Schema {
  const made = z.toJSONSchema(schema, { io, target: 'draft-2020-12' });
  const { $schema: _, $defs = {}, id, ...rest } = withRefs(made) as Schema & { $defs?: Record<string, Schema> };
  for (const [name, { id: __, ...one }] of Object.entries($defs)) schemas[name] = one;
  if (typeof id !== 'string') return rest;
  schemas[id] = rest;
  return { $ref: `#/components/schemas/${id}` };
}

const withRefs = (schema: object): object =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/')) as object;

const headerOf = (description: string) => ({ description, schema: { type: 'string' } });
const ETAG = { etag: headerOf('Of this content; send it as If-None-Match.') };
const IF_NONE_MATCH = {
  name: 'If-None-Match',
  in: 'header',
  required: false,
  description: 'The ETag of the answer before: 304 if nothing has changed.',
  schema: { type: 'string' },
};
