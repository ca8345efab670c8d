import { beforeEach, expect, test } from 'vitest';
import type { Report } from '../../fixtures/host-app/esm-ts/functions/triggers.ts';
import { runHost, type RunningHost } from './running-host.ts';

const report = () => (globalThis as { hostAppReport?: Report }).hostAppReport;

beforeEach(() => report()?.events.splice(0));

const PATH = '/runtime/webhooks/EventGrid?functionName=onEvent';
const event = (subject: string) => ({
  id: subject,
  subject,
  eventType: 'Test',
  eventTime: '2026-03-02T10:00:00Z',
  data: { n: 1 },
});
const send = (host: RunningHost, body: unknown, { type = 'Notification', path = PATH } = {}) =>
  host.call(path, {
    method: 'POST',
    headers: type ? { 'aeg-event-type': type } : {},
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

test('runs the function once for each event of a batch', async () => {
  const host = await runHost();

  const { status } = await send(host, [event('a'), event('b')]);

  expect(status).toBe(202);
  expect(report()?.events).toEqual([event('a'), event('b')]);
});

test('takes a single event, at a path and a name in any case', async () => {
  const host = await runHost();

  const { status } = await send(host, event('alone'), { path: '/runtime/webhooks/eventgrid?functionName=ONEVENT' });

  expect(status).toBe(202);
  expect(report()?.events).toEqual([event('alone')]);
});

test('fails the whole batch for one failure, after all have run', async () => {
  const host = await runHost();

  const { status } = await send(host, [event('poison'), event('good')]);

  expect(status).toBe(500);
  expect(report()?.events).toHaveLength(2);
});

test.each([
  ['an event without aeg-event-type', [event('a')], { type: '' }, 400],
  ['an unknown aeg-event-type', [event('a')], { type: 'Other' }, 400],
  ['a body that is not JSON', '[{', {}, 400],
  ['a body that is no event', '["text"]', {}, 400],
  ['an unknown function', [event('a')], { path: '/runtime/webhooks/EventGrid?functionName=nobody' }, 404],
  ['a function that is not for events', [event('a')], { path: '/runtime/webhooks/EventGrid?functionName=echo' }, 404],
  ['a body over 1.5 MB', 'x'.repeat(1.5 * 1024 * 1024 + 1), {}, 413],
])('refuses %s', async (_what, body, options, status) => {
  const host = await runHost();

  expect((await send(host, body, options)).status).toBe(status);
  expect(report()?.events).toEqual([]);
});

test('answers the validation event of the Event Grid schema', async () => {
  const host = await runHost();

  const answer = await send(host, [{ ...event('v'), data: { validationCode: '1234' } }], {
    type: 'SubscriptionValidation',
  });

  expect(answer).toMatchObject({ status: 200, body: { validationResponse: '1234' } });
});

test('answers the handshake of CloudEvents', async () => {
  const host = await runHost();

  const { status, headers } = await host.call(PATH, {
    method: 'OPTIONS',
    headers: { 'WebHook-Request-Origin': 'eventgrid.azure.net' },
  });

  expect(status).toBe(200);
  expect(headers.get('webhook-allowed-origin')).toBe('eventgrid.azure.net');
});
