import { request } from 'node:http';
import { expect, test } from 'vitest';
import { listen, newApp } from '../../../local/cloud/http.ts';
import { freePort } from './services.ts';

test('tells its clients that it keeps an idle connection for two minutes', async () => {
  const port = await freePort();
  const app = newApp();
  app.get('/', (c) => c.text('here'));
  const listening = await listen(app, { port, what: 'a test' });

  const header = await new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', headers: { connection: 'keep-alive' } }, (answer) => {
      answer.resume();
      resolve(answer.headers['keep-alive']);
    })
      .on('error', reject)
      .end();
  });
  await listening.close();

  expect(header).toBe('timeout=120');
});
