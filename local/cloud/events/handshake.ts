/**
 * Asks an endpoint whether it wants the events, as Event Grid does before it sends any.
 *
 * https://learn.microsoft.com/azure/event-grid/end-point-validation-event-grid-events-schema and, for CloudEvents, the HTTP 1.1 web hooks
 * document of the CloudEvents specification.
 */
import { z } from 'zod';
import type { Schema } from './event.ts';
import type { Send, WebhookAnswer } from './webhook.ts';

export interface Handshake {
  endpointUrl: string;
  schema: Schema;
  topic: string;
  subscriptionName: string;
  validationCode: string;
  validationUrl: string;
  /** Epoch milliseconds. */
  at: number;
  signal: AbortSignal;
}

export type HandshakeResult =
  | { kind: 'validated' }
  /** The endpoint took the event and did not echo the code: a person, or the endpoint later, opens the validation URL. */
  | { kind: 'awaiting-manual-action' }
  | { kind: 'failed'; reason: string }
  | { kind: 'cancelled' };

const ORIGIN = 'eventgrid.azure.net';

export const shakeHands = (send: Send, handshake: Handshake): Promise<HandshakeResult> =>
  handshake.schema === 'EventGridSchema' ? postValidationEvent(send, handshake) : askByOptions(send, handshake);

async function postValidationEvent(send: Send, handshake: Handshake): Promise<HandshakeResult> {
  const { endpointUrl, topic, subscriptionName, validationCode, validationUrl, at, signal } = handshake;
  const answer = await send({
    method: 'POST',
    url: endpointUrl,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'aeg-event-type': 'SubscriptionValidation',
      'aeg-subscription-name': subscriptionName.toUpperCase(),
      'aeg-delivery-count': '0',
      'aeg-data-version': '2',
      'aeg-metadata-version': '1',
    },
    body: JSON.stringify([
      {
        id: validationCode,
        topic,
        subject: '',
        eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent',
        eventTime: new Date(at).toISOString(),
        data: { validationCode, validationUrl },
        dataVersion: '2',
        metadataVersion: '1',
      },
    ]),
    signal,
  });
  if (answer.kind !== 'answered' || answer.status !== 200) return refused(answer);
  return echoes(answer.body, validationCode) ? { kind: 'validated' } : { kind: 'awaiting-manual-action' };
}

async function askByOptions(send: Send, { endpointUrl, signal }: Handshake): Promise<HandshakeResult> {
  const answer = await send({
    method: 'OPTIONS',
    url: endpointUrl,
    headers: { 'webhook-request-origin': ORIGIN },
    signal,
  });
  if (answer.kind !== 'answered' || answer.status !== 200) return refused(answer);
  const allowed = answer.headers['webhook-allowed-origin'];
  if (allowed === ORIGIN || allowed === '*') return { kind: 'validated' };
  return { kind: 'failed', reason: `WebHook-Allowed-Origin is ${allowed ?? 'missing'}; ${ORIGIN} or * was expected` };
}

function refused(answer: WebhookAnswer): HandshakeResult {
  switch (answer.kind) {
    case 'answered':
      return { kind: 'failed', reason: `it answered ${answer.status}; 200 was expected` };
    case 'timed-out':
      return { kind: 'failed', reason: 'it did not answer within 30 seconds' };
    case 'unreachable':
      return { kind: 'failed', reason: answer.reason };
    case 'cancelled':
      return answer;
  }
}

function echoes(body: string, code: string): boolean {
  const reply = z.object({ validationResponse: z.string() });
  try {
    return reply.safeParse(JSON.parse(body)).data?.validationResponse === code;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
