/**
 * One HTTP request to a webhook, with the time that Event Grid gives it to answer.
 *
 * Each request has a connection of its own: a kept one would be broken by every restart of the endpoint, and cost that event a retry.
 */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import type { World } from '../world.ts';
import { ANSWER_TIMEOUT_MS } from './limits.ts';

export interface WebhookRequest {
  method: 'POST' | 'OPTIONS';
  url: string;
  headers: Record<string, string>;
  body?: string;
  signal?: AbortSignal;
}

export type WebhookAnswer =
  | { kind: 'answered'; status: number; headers: Record<string, string>; body: string }
  | { kind: 'timed-out' }
  | { kind: 'unreachable'; reason: string }
  /** We gave up, not the endpoint: the cloud is stopping. */
  | { kind: 'cancelled' };

export type Send = (request: WebhookRequest) => Promise<WebhookAnswer>;

/** Longest answer that is read: a handshake's is under a kilobyte, and a delivery's is not looked at. */
const ANSWER_MAX_BYTES = 64 * 1024;

export function createSend({ clock, tls }: Pick<World, 'clock' | 'tls'>): Send {
  const ca = [...rootCertificates, readFileSync(tls.caFile, 'utf8')];

  return ({ method, url, headers, body = '', signal }) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve({ kind: 'cancelled' });
      const send = new URL(url).protocol === 'https:' ? httpsRequest : httpRequest;
      const length = method === 'POST' ? { 'content-length': String(Buffer.byteLength(body)) } : {};
      const request = send(url, { method, headers: { ...headers, ...length }, agent: false, ca });
      const settle = (answer: WebhookAnswer) => {
        cancelTimeout();
        signal?.removeEventListener('abort', cancel);
        request.destroy();
        resolve(answer);
      };
      const cancelTimeout = clock.after(ANSWER_TIMEOUT_MS, () => settle({ kind: 'timed-out' }));
      const cancel = () => settle({ kind: 'cancelled' });
      signal?.addEventListener('abort', cancel);

      request.on('error', (error: NodeJS.ErrnoException) =>
        settle({ kind: 'unreachable', reason: error.message || (error.code ?? 'no connection') }),
      );
      request.on('response', (response) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        const done = () =>
          settle({
            kind: 'answered',
            status: response.statusCode ?? 0,
            headers: Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, String(value)])),
            body: Buffer.concat(chunks).toString(),
          });
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          bytes += chunk.length;
          if (bytes > ANSWER_MAX_BYTES) done();
        });
        response.on('end', done);
        response.on('error', (error) => settle({ kind: 'unreachable', reason: error.message }));
      });
      request.end(body);
    });
}
