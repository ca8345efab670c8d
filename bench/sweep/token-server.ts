/**
 * Gives anyone a token for whatever they ask, as the token server of a public registry does for pulls.
 *
 * https://distribution.github.io/distribution/spec/auth/jwt/
 */
import { randomBytes, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generate } from 'selfsigned';

export interface TokenServer {
  realm: string;
  issuer: string;
  service: string;
  /** What the registry has to trust, as PEM. */
  certificate: string;
  /** Tokens that were asked for until now. */
  requests(): number;
  stop(): Promise<void>;
}

const ISSUER = 'bench-tokens';
const SERVICE = 'bench-registry';
const TOKEN_SECONDS = 3600;

export async function startTokenServer(): Promise<TokenServer> {
  const { private: key, cert: certificate } = await generate([{ name: 'commonName', value: ISSUER }], {
    algorithm: 'sha256',
  });
  const chain = certificate.replaceAll(/-----[A-Z ]+-----|\s/g, '');
  const tokens = new Map<string, string>();
  let requests = 0;

  // Made once for each scope: making one is dearer than the HEAD it is for.
  const tokenFor = (scope: string): string => {
    const token = tokens.get(scope) ?? signed(key, { typ: 'JWT', alg: 'RS256', x5c: [chain] }, claimsOf(scope));
    tokens.set(scope, token);
    return token;
  };
  const server = createServer((request, response) => {
    requests += 1;
    const { searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const token = tokenFor(searchParams.getAll('scope').join(' '));
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ token, expires_in: TOKEN_SECONDS }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    realm: `http://localhost:${port}/token`,
    issuer: ISSUER,
    service: SERVICE,
    certificate,
    requests: () => requests,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** `repository:library/node:pull` and several of them, with a space between. */
function claimsOf(scope: string): object {
  const now = Math.floor(Date.now() / 1000);
  const access = scope
    .split(' ')
    .filter(Boolean)
    .map((text) => {
      const [type = '', name = '', actions = ''] = text.split(':');
      return { type, name, actions: actions.split(',') };
    });
  const times = { iat: now, nbf: now - 10, exp: now + TOKEN_SECONDS };
  return { iss: ISSUER, sub: '', aud: SERVICE, ...times, jti: randomBytes(8).toString('hex'), access };
}

function signed(key: string, header: object, claims: object): string {
  const text = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
}
