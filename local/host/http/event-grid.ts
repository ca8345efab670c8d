/**
 * The Event Grid webhook of the host: `/runtime/webhooks/EventGrid?functionName=<name>`.
 *
 * A batch runs as one invocation for each event, in parallel; one failure fails the whole batch, so that Event Grid sends all of it again.
 */
import { z } from 'zod';
import type { FunctionApp } from '../app/function-app.ts';
import type { Invoker } from '../app/invoker.ts';
import { MAXIMUM_EVENT_GRID_BODY_BYTES } from './limits.ts';
import { BadRequest, json, parseJson, type HostRequest, type HostResponse } from './message.ts';

const event = z.looseObject({ data: z.unknown().optional() });
const batch = z.union([z.array(event), event.transform((one) => [one])]);
const validation = z.looseObject({ data: z.looseObject({ validationCode: z.string() }) });

export function eventGridWebhook({ app, invoker }: { app: FunctionApp; invoker: Invoker }) {
  return async (request: HostRequest): Promise<HostResponse> => {
    const wanted = request.url.searchParams.get('functionName') ?? '';
    const fn = app.find(wanted);
    if (fn?.trigger.type !== 'eventGridTrigger') {
      return { status: 404, body: `cannot find function: '${wanted}'` };
    }
    if (request.method === 'OPTIONS') return cloudEventsHandshake(request);
    if (request.method !== 'POST') return { status: 405, headers: { allow: 'OPTIONS, POST' } };
    const body = await request.body(MAXIMUM_EVENT_GRID_BODY_BYTES);
    switch (request.headers['aeg-event-type']?.toLowerCase()) {
      case 'subscriptionvalidation':
        return validate(parseJson(body));
      case 'notification':
        return (await runAll(fn.name, parseBatch(body))) ? { status: 202 } : { status: 500 };
      case 'unsubscribe':
        return { status: 202 };
      default:
        return { status: 400, body: 'the header aeg-event-type is missing or unknown' };
    }
  };

  async function runAll(functionName: string, events: z.infer<typeof batch>): Promise<boolean> {
    const results = await Promise.allSettled(
      events.map((one) =>
        invoker.invoke(functionName, {
          trigger: { json: JSON.stringify(one) },
          metadata: { data: { json: JSON.stringify(one.data ?? null) } },
        }),
      ),
    );
    return results.every(({ status }) => status === 'fulfilled');
  }
}

/** CloudEvents 1.0, "HTTP Webhooks": whoever wants to send asks first. */
const cloudEventsHandshake = ({ headers }: HostRequest): HostResponse =>
  headers['webhook-request-origin']
    ? {
        status: 200,
        headers: { 'webhook-allowed-origin': headers['webhook-request-origin'], 'webhook-allowed-rate': '*' },
      }
    : { status: 400, body: 'the header WebHook-Request-Origin is missing' };

function validate(body: unknown): HostResponse {
  const parsed = validation.safeParse(Array.isArray(body) ? body[0] : body);
  if (!parsed.success) throw new BadRequest('the validation event has no data.validationCode');
  return json(200, { validationResponse: parsed.data.data.validationCode });
}

function parseBatch(body: Buffer): z.infer<typeof batch> {
  const parsed = batch.safeParse(parseJson(body));
  if (!parsed.success) throw new BadRequest('the body is neither an event nor a list of events');
  return parsed.data;
}
