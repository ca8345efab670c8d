/**
 * Where the distribution API of a registry host is.
 *
 * Always https, but for a registry on this machine with a port of its own that does not speak TLS, such as `registry:2` on `localhost:5000`.
 */
import type { Host } from '../domain/reference.ts';
import { isLoopback } from '../loopback.ts';
import { networkCode } from './bounded-fetch.ts';
import { UpstreamTrouble } from './upstream-trouble.ts';

/** Docker Hub is named after one host and answers at another. */
const API_HOSTS: Record<string, string> = {
  'docker.io': 'registry-1.docker.io',
  'index.docker.io': 'registry-1.docker.io',
};

/** What Node's TLS says to a server that answers in plain text. A certificate we do not trust is not among them. */
const NOT_TLS = new Set(['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG', 'EPROTO', 'ECONNRESET']);

export interface Addresses {
  /** Calls `use` with the base URL; once more in plain http when the first call shows that the host speaks no TLS. Remembers which. */
  reach<T>(host: Host, use: (base: URL) => Promise<T>): Promise<T>;
}

export function addresses(): Addresses {
  const plain = new Set<Host>();
  return {
    async reach(host, use) {
      const name = API_HOSTS[host] ?? host;
      if (plain.has(host)) return use(new URL(`http://${name}`));
      try {
        return await use(new URL(`https://${name}`));
      } catch (error) {
        if (!mayBePlain(host) || !speaksNoTls(error)) throw error;
        const answer = await use(new URL(`http://${name}`));
        plain.add(host);
        return answer;
      }
    },
  };
}

const mayBePlain = (host: Host): boolean => isLoopback(host) && host.includes(':');

const speaksNoTls = (error: unknown): boolean =>
  error instanceof UpstreamTrouble && NOT_TLS.has(networkCode(error.cause) ?? '');
