import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { azureAnnouncements } from '../../../shared/azure/announcements.ts';
import type { Step } from './wire.ts';
import { startWired, type Wired } from './wired-clients.ts';

let wired: Wired;
beforeAll(async () => {
  wired = await startWired();
});
afterAll(() => wired.wire.close());
beforeEach(() => void wired.wire.requests.splice(0));

const on = (...steps: Step[]) => wired.wire.on('POST', '/api/events', ...steps);
const announce = () =>
  azureAnnouncements(wired.clients).announce({
    id: 'node-7',
    type: 'rolledBack',
    subject: 'apps/hello',
    data: { attempt: 7 },
  });

test('announces a CloudEvent under the id that it was given', async () => {
  on({ status: 200 });

  await announce();

  const [request] = wired.wire.requests;
  expect(request?.headers['content-type']).toContain('application/cloudevents-batch+json');
  expect(request?.headers.authorization).toBe('Bearer aad-token');
  expect(JSON.parse(request?.body.toString() ?? '')).toEqual([
    expect.objectContaining({
      specversion: '1.0',
      id: 'node-7',
      source: '/gated-import',
      type: 'gated-import.rolledBack',
      subject: 'apps/hello',
      data: { attempt: 7 },
    }),
  ]);
});

test('names the role when it may not publish', async () => {
  on({ status: 401, body: { error: { code: 'Unauthorized', message: 'no' } } });

  await expect(announce()).rejects.toThrow(/announce "rolledBack" of apps\/hello.*"EventGrid Data Sender"/);
});

test.each([
  ['throttled', { status: 429, headers: { 'Retry-After': '15' } } as const, { status: 429, retryAfterSeconds: 15 }],
  ['down', { status: 503 } as const, { status: 503 }],
  ['silent', 'never' as const, { message: expect.stringMatching(/within our deadline/) as string }],
])('is trouble when Event Grid is %s', async (_, step, trouble) => {
  on(step);

  await expect(announce()).rejects.toMatchObject({ code: 'ServiceTrouble', ...trouble });
});
