/**
 * Event subscriptions in ARM: below a system topic, below a custom topic, or an extension of any resource,
 * `{resource}/providers/Microsoft.EventGrid/eventSubscriptions/{name}`.
 *
 * The id of the resource has any number of segments, which a route pattern cannot say; hence one expression and a look at the method.
 */
import type { Context, Next } from 'hono';
import { z } from 'zod';
import { readBody } from '../body.ts';
import { armError, type App, type Env } from '../http.ts';
import type { World } from '../world.ts';
import { deadLetterProblem } from './dead-letter-destination.ts';
import type { Delivery } from './delivery.ts';
import { readListFilter } from './list-filter.ts';
import type { Operations } from './operations.ts';
import { placeOf, type ListPlace } from './place.ts';
import { putBody, show, type Definition, type Subscription } from './subscription.ts';
import { keyOf, type Place, type Subscriptions } from './subscriptions.ts';
import type { SystemTopics } from './system-topics.ts';
import type { Topics } from './topics.ts';

const OPERATIONS = '/subscriptions/:subscription/providers/microsoft.eventgrid/locations/:location';
const DEFAULT_API_VERSION = '2022-06-15';

interface Dependencies {
  world: World;
  subscriptions: Subscriptions;
  operations: Operations;
  topics: Topics;
  systemTopics: SystemTopics;
  delivery: Delivery;
}

export function addSubscriptionRoutes(arm: App, dependencies: Dependencies): void {
  const { operations } = dependencies;

  arm.get(`${OPERATIONS}/operationsstatus/:id`, (c) => {
    const operation = operations.get(c.req.param('id'));
    if (!operation) return armError(c, 404, 'ResourceNotFound', `there is no operation ${c.req.param('id')}`);
    const { startedAt: _, ...status } = operation;
    return c.json({ id: c.req.url, name: c.req.param('id'), ...status });
  });
  arm.get(`${OPERATIONS}/operationresults/:id`, (c) => {
    const operation = operations.get(c.req.param('id'));
    if (!operation) return armError(c, 404, 'ResourceNotFound', `there is no operation ${c.req.param('id')}`);
    return c.body(null, operation.status === 'InProgress' ? 202 : 200);
  });

  arm.all('*', async (c, next) => {
    const place = placeOf(decodeURIComponent(new URL(c.req.url).pathname), dependencies.systemTopics);
    switch (place.kind) {
      case 'elsewhere':
        return next();
      case 'no-topic':
        return armError(c, 404, 'ResourceNotFound', `The system topic '${place.id}' was not found.`);
      case 'list':
        return answerList(c, next, { ...dependencies, ...place });
      case 'one':
        return answerOne(c, next, { ...dependencies, ...place });
    }
  });
}

type ListRequest = Dependencies & ListPlace;
type OneRequest = Dependencies & { place: Place; full: boolean };

function answerList(c: Context<Env>, next: Next, request: ListRequest): Response | Promise<void> {
  if (c.req.method !== 'GET') return next();
  const { subscriptions, topic, systemTopic } = request;
  const here = subscriptions.of(topic).filter((each) => each.systemTopic?.toLowerCase() === systemTopic?.toLowerCase());
  const filter = readListFilter(c.req.query('$filter'));
  if ('problem' in filter) return armError(c, 400, 'NotEmulated', filter.problem);
  return c.json({ value: here.filter(filter.matches).map(show) });
}

function answerOne(c: Context<Env>, next: Next, request: OneRequest): Response | Promise<Response | void> {
  const { subscriptions, place, full } = request;
  const subscription = subscriptions.get(keyOf(place));
  const method = full ? `${c.req.method} getFullUrl` : c.req.method;
  switch (method) {
    case 'PUT':
      return put(c, request);
    case 'DELETE':
      return remove(c, request);
    case 'GET':
      return subscription ? c.json(show(subscription)) : notFound(c, place.name);
    case 'POST getFullUrl':
      if (!subscription) return notFound(c, place.name);
      return fullUrl(c, subscription);
    default:
      return next();
  }
}

async function put(c: Context<Env>, request: OneRequest): Promise<Response> {
  const { world, subscriptions, operations, topics, systemTopics, place } = request;
  const body = await readBody(c, putBody);
  if (!body.success) {
    return armError(c, 400, 'InvalidRequest', `Invalid event subscription request: ${z.prettifyError(body.error)}`);
  }
  const inputSchema = topics.withId(place.topic)?.inputSchema ?? 'EventGridSchema';
  const definition: Definition = {
    ...body.data.properties,
    eventDeliverySchema: body.data.properties.eventDeliverySchema ?? inputSchema,
  };
  if (inputSchema === 'CloudEventSchemaV1_0' && definition.eventDeliverySchema === 'EventGridSchema') {
    const message =
      'Invalid event subscription request: a topic that takes CloudEvents delivers CloudEventSchemaV1_0 only.';
    return armError(c, 400, 'InvalidRequest', message);
  }
  const topic = place.systemTopic === undefined ? undefined : systemTopics.withId(place.systemTopic);
  const problem = deadLetterProblem(definition, { config: world.config, topic });
  if (problem !== undefined)
    return armError(c, 400, 'InvalidRequest', `Invalid event subscription request: ${problem}`);

  const { subscription, created } = subscriptions.put(place, definition);
  const { 'azure-asyncoperation': operation } = operations.headers(subscription.validation.operation, apiVersion(c));
  return c.json(show(subscription), created ? 201 : 200, { 'azure-asyncoperation': operation });
}

function remove(c: Context<Env>, { subscriptions, operations, delivery, place }: OneRequest): Response {
  const key = keyOf(place);
  if (!subscriptions.get(key)) return c.body(null, 204);
  subscriptions.delete(key);
  delivery.forget(key);
  const operation = operations.start();
  operations.end(operation, { status: 'Succeeded' });
  return c.body(null, 202, operations.headers(operation, apiVersion(c)));
}

function fullUrl(c: Context<Env>, { definition: { destination } }: Subscription): Response {
  return destination.endpointType === 'WebHook'
    ? c.json({ endpointUrl: destination.properties.endpointUrl })
    : armError(c, 400, 'InvalidRequest', 'Only an event subscription whose destination is a WebHook has a full URL.');
}

const apiVersion = (c: Context<Env>): string => c.req.query('api-version') ?? DEFAULT_API_VERSION;

const notFound = (c: Context<Env>, name: string): Response =>
  armError(c, 404, 'ResourceNotFound', `The Resource 'Microsoft.EventGrid/eventSubscriptions/${name}' was not found.`);
