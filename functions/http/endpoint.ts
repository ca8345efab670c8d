/**
 * One shape for every HTTP function: the caller is known and allowed, the input is checked, every error is a problem document, and what was
 * not expected is logged for the person on call and says nothing to the outside.
 *
 * What an endpoint takes and answers is said in schemas, which its inputs are checked by, its answers in the tests, and the API's description
 * is made from.
 */
import type { HttpHandler, HttpResponseInit, InvocationContext } from '@azure/functions';
import type { z, ZodObject, ZodType } from 'zod';
import type { Stories, Surroundings } from '../activities/activity.ts';
import { ACCESS, type EndpointName } from './access.ts';
import { callerOf, type Caller } from './caller.ts';
import { answerWith, withEtag } from './headers.ts';
import { readBody, readQuery } from './input.ts';
import { UnreadableRow } from '../../shared/ledger/rows.ts';
import { Problem } from './problem.ts';

export interface Endpoint {
  /** Name of the function; no activity and no story may have the same. Who may call it stands in `access.ts`. */
  name: EndpointName;
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  route: string;
  /** One sentence for the description of the API. */
  does: string;
  /** The query parameters that it knows; any other is refused. */
  query?: ZodObject;
  /** The body. */
  request?: ZodType;
  answer: Answer;
  /** The problems it answers with, beyond those of every endpoint. */
  problems?: Partial<Record<400 | 403 | 404 | 409 | 422 | 502 | 503, string>>;
  handle(asked: Asked): Promise<HttpResponseInit>;
}

export type Answer =
  /** `alsoAt`: another status that comes with the same body. */
  | { kind: 'json'; status: 200 | 202; schema: ZodType; alsoAt?: 503 }
  /** `headers`: name → what it says. */
  | { kind: 'text'; status: 200; headers: Record<string, string> };

export interface Asked {
  world: Surroundings;
  stories: Stories;
  caller: Caller;
  /** Epoch milliseconds. */
  at: number;
  param(name: string): string;
  /** The query, checked. Throws a 400 `Problem`. */
  query<S extends ZodObject>(schema: S): z.output<S>;
  /** The body, checked. Throws a 400, 413 or 422 `Problem`. */
  body<S extends ZodType>(schema: S): Promise<z.output<S>>;
}

export interface EndpointOptions {
  authMode: 'entra' | 'local';
  storiesOf(context: InvocationContext): Stories;
  /** Epoch milliseconds. */
  now(): number;
}

export const endpointHandler =
  (endpoint: Endpoint, world: Surroundings, options: EndpointOptions): HttpHandler =>
  async (request, context) => {
    try {
      const caller = callerOf(options.authMode, request.headers.get('x-ms-client-principal'), ACCESS[endpoint.name]);
      if (!endpoint.query) readQuery(request.query);
      const answer = await endpoint.handle({
        world,
        stories: options.storiesOf(context),
        caller,
        at: options.now(),
        param: (name) => request.params[name] ?? '',
        query: (schema) => readQuery(request.query, schema),
        body: (schema) => readBody(request, schema),
      });
      return endpoint.method === 'GET' ? withEtag(request, answer) : answerWith(answer);
    } catch (error) {
      if (error instanceof Problem) return problemResponse(error);
      const said = error instanceof UnreadableRow ? error.message : undefined;
      context.error(`${endpoint.name} failed: ${error instanceof Error ? error.message : String(error)}`);
      return problemResponse(
        new Problem(
          500,
          'Something failed',
          said ?? `it was logged under invocation ${context.invocationId}; try again`,
        ),
      );
    }
  };

const problemResponse = (problem: Problem): HttpResponseInit =>
  answerWith({
    status: problem.status,
    headers: { 'content-type': 'application/problem+json' },
    body: JSON.stringify(problem.body()),
  });
