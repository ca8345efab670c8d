/** Sign-in at the emulated Azure of a local system, and trust in the CA that it made: both stand in its `endpoints.json`. */
import { readFileSync } from 'node:fs';
import tls from 'node:tls';
import { z } from 'zod';
import type { Terminal } from '../command.ts';

const answer = z.object({ access_token: z.string() });

type Surroundings = Record<string, string>;

/** As App Service gives tokens to an app: https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference */
export const localToken =
  ({ IDENTITY_ENDPOINT = '', IDENTITY_HEADER = '' }: Surroundings): Terminal['signIn'] =>
  async (scope) => {
    const url = new URL(IDENTITY_ENDPOINT);
    url.searchParams.set('api-version', '2019-08-01');
    url.searchParams.set('resource', scope.replace(/\/\.default$/, ''));
    const got = await ask(url, IDENTITY_HEADER);
    if (!got.ok) throw new Error(`the local system gives no token for ${scope}: it answered ${got.status}`);
    return answer.parse(await got.json()).access_token;
  };

async function ask(url: URL, header: string): Promise<Response> {
  try {
    return await fetch(url, { headers: { 'x-identity-header': header } });
  } catch (error) {
    throw new Error(`the local system does not answer at ${url.host}: is it running? "npm start" starts it`, {
      cause: error,
    });
  }
}

/**
 * For this process; `NODE_EXTRA_CA_CERTS` has to be set before it starts, and is taken where it was. A Node before 22.19 knows no other way, so the
 * function is asked for, and not imported by its name.
 */
export function trustLocal({ NODE_EXTRA_CA_CERTS: file }: Surroundings, environment: Terminal['environment']): void {
  if (file === undefined || environment['NODE_EXTRA_CA_CERTS'] === file) return;
  if (!('setDefaultCACertificates' in tls)) {
    throw new Error(
      `this Node cannot trust the local system by itself; set NODE_EXTRA_CA_CERTS=${file} and call this again`,
    );
  }
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), readFileSync(file, 'utf8')]);
}
