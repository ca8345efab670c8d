/** The description of the API, of itself too. */
import { z } from 'zod';
import type { Endpoint } from '../endpoint.ts';
import { describeApi } from '../openapi.ts';

export function describingEndpoint(others: Endpoint[]): Endpoint {
  const endpoint: Endpoint = {
    name: 'describeApi',
    method: 'GET',
    route: 'openapi.json',
    does: 'Describes this API (OpenAPI 3.1).',
    answer: { kind: 'json', status: 200, schema: z.looseObject({ openapi: z.literal('3.1.0') }) },
    handle: async () => ({ jsonBody: describeApi([...others, endpoint]) }),
  };
  return endpoint;
}
