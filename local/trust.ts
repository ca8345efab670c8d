/** Makes this process trust the local CA; `NODE_EXTRA_CA_CERTS` would have to be set before it starts, and the CA is made by it. */
import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';

export function trust(caFile: string): void {
  const ca = readFileSync(caFile, 'utf8');
  const trusted = getCACertificates('default');
  if (!trusted.includes(ca)) setDefaultCACertificates([...trusted, ca]);
}
