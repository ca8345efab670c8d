/** A webhook on loopback as Event Grid meets it: answers handshakes, records what it is sent, and fails when it is told to. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { eventually } from './services.ts';

export interface Received {
  /** With its query. */
  path: string;
  headers: IncomingMessage['headers'];
  /** The parsed body. */
  body: unknown;
}

export interface Webhook {
  url: string;
  /** Notifications, in the order of their arrival. */
  received: Received[];
  /** Answers of the next notifications; 200 when none is left. */
  answers: number[];
  handshake: 'echo' | 'silent' | 'refuse';
  /** Waits for that many notifications. */
  notifications(count: number): Promise<Received[]>;
  close(): Promise<void>;
}

export async function openWebhook({ port = 0 }: { port?: number } = {}): Promise<Webhook> {
  const webhook: Webhook = {
    url: '',
    received: [],
    answers: [],
    handshake: 'echo',
    notifications: (count) => eventually(() => (webhook.received.length >= count ? webhook.received : undefined)),
    close: () => close(server),
  };
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += String(chunk)));
    request.on('end', () => {
      const { status, headers, body } = answer(webhook, request, text);
      response.writeHead(status, headers).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address() as { port: number };
  webhook.url = `http://127.0.0.1:${address.port}/runtime/webhooks/eventgrid?functionName=onImagePushed&code=a-key`;
  return webhook;
}

/** Takes connections and never answers. */
export async function openHanging(port: number): Promise<{ connections(): number; close(): Promise<void> }> {
  const sockets: Socket[] = [];
  const server = createTcpServer((socket) => void sockets.push(socket.on('error', () => socket.destroy())));
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    connections: () => sockets.length,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

function answer(webhook: Webhook, request: IncomingMessage, text: string): Answer {
  const isHandshake = request.method === 'OPTIONS' || request.headers['aeg-event-type'] === 'SubscriptionValidation';
  if (!isHandshake) {
    webhook.received.push({ path: request.url ?? '', headers: request.headers, body: JSON.parse(text) });
    return { status: webhook.answers.shift() ?? 200 };
  }
  if (webhook.handshake === 'refuse') return { status: 404 };
  if (webhook.handshake === 'silent') return { status: 200 };
  if (request.method === 'OPTIONS') {
    const origin = String(request.headers['webhook-request-origin']);
    return { status: 200, headers: { 'webhook-allowed-origin': origin, 'webhook-allowed-rate': '*' } };
  }
  const [event] = JSON.parse(text) as { data: { validationCode: string } }[];
  return { status: 200, body: JSON.stringify({ validationResponse: event?.data.validationCode }) };
}

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
