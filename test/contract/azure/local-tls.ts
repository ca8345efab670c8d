/** Certificates for `localhost`. This process is made to trust one: `NODE_EXTRA_CA_CERTS` is read only when a process starts. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { openTls } from '../../../local/cloud/tls.ts';

export interface Certificate {
  key: string;
  cert: string;
}

export async function localTls(): Promise<Certificate> {
  const { key, cert, ca } = await make();
  trust(ca);
  return { key, cert };
}

/** A certificate of a CA that nobody knows. */
export const untrustedTls = async (): Promise<Certificate> => make();

export const trust = (ca: string): void => setDefaultCACertificates([...getCACertificates('default'), ca]);

async function make(): Promise<Certificate & { ca: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'gated-import-tls-'));
  const { key, cert, caFile } = await openTls({ folder: join(folder, 'tls') });
  const ca = await readFile(caFile, 'utf8');
  await rm(folder, { recursive: true });
  return { key, cert, ca };
}
