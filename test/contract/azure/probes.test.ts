import { afterAll, beforeAll, expect, test } from 'vitest';
import { httpProbes } from '../../../shared/azure/probes.ts';
import { startWire, type Wire } from './wire.ts';

let app: Wire;
beforeAll(async () => {
  app = await startWire();
});
afterAll(() => app.close());

test.each([
  ['an answer', { status: 200, body: 'Hello' }],
  ['a failure', { status: 503 }],
  ['a redirect, which is not followed', { status: 302, headers: { Location: '/elsewhere' } }],
])('tells the status of %s', async (_, answer) => {
  app.on('GET', '/', answer);

  expect(await httpProbes().get(`${app.url}/`, { timeoutSeconds: 5 })).toEqual({ status: answer.status });
});

test.each([
  ['nobody answers in time', 'never' as const, /no answer within 1 s/],
  ['the connection breaks', 'hang up' as const, /other side closed|ECONNRESET/],
])('says why there is none when %s', async (_, step, problem) => {
  app.on('GET', '/', step);

  expect(await httpProbes().get(`${app.url}/`, { timeoutSeconds: 1 })).toEqual({
    problem: expect.stringMatching(problem),
  });
});

test('says why there is none when nothing listens', async () => {
  const closed = await startWire();
  await closed.close();

  expect(await httpProbes().get(closed.url, { timeoutSeconds: 5 })).toEqual({
    problem: expect.stringMatching(/ECONNREFUSED/),
  });
});
