import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { head } from '../../../shared/oci/head.ts';

let server: Server;
let connections = 0;
afterEach(() => {
  server.close();
  server.closeAllConnections();
});

async function serve(answer: RequestListener): Promise<URL> {
  connections = 0;
  server = createServer(answer).on('connection', () => (connections += 1));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
}

/** With the length that a GET would have, as registries do; without one, Node's client closes the connection. */
const manifest: RequestListener = (_, response) => {
  response.setHeader('Content-Length', 1234);
  response.end();
};

const ask = (url: URL, signal = AbortSignal.timeout(4_000)) => head(url, { headers: { Accept: 'text/plain' }, signal });

describe('a HEAD request', () => {
  it('uses the connection of the one before', async () => {
    const url = await serve(manifest);

    for (let times = 0; times < 3; times += 1) await ask(url);

    expect(connections).toBe(1);
  });

  it('answers status and headers, each that came twice with both values', async () => {
    const url = await serve((request, response) => {
      response.setHeader('WWW-Authenticate', ['Basic realm="a"', 'Bearer realm="b"']);
      response.writeHead(401, { 'X-Asked': `${request.method} ${request.headers.accept}` }).end();
    });

    const { status, headers, body } = await ask(url);

    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toBe('Basic realm="a", Bearer realm="b"');
    expect(headers.get('x-asked')).toBe('HEAD text/plain');
    expect(body).toBeNull();
  });

  it('is sent again when the server closed the connection that it was sent on', async () => {
    let requests = 0;
    const url = await serve((request, response) => {
      requests += 1;
      if (requests === 2) request.socket.destroy();
      else manifest(request, response);
    });
    await ask(url);

    const { status } = await ask(url);

    expect(status).toBe(200);
    expect({ requests, connections }).toEqual({ requests: 3, connections: 2 });
  });

  it('fails with the reason of the network when a new connection is closed without an answer', async () => {
    const url = await serve((request) => request.socket.destroy());

    await expect(ask(url)).rejects.toMatchObject({ name: 'TypeError', cause: { code: 'ECONNRESET' } });
  });

  it('fails as a fetch does when there is no answer in time', async () => {
    const url = await serve(() => {});

    await expect(ask(url, AbortSignal.timeout(50))).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});
