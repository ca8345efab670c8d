/**
 * A port in front of Azurite's tables, so that faults reach Table Storage too.
 *
 * Azurite lives in another process, in real time, and takes no token of the future: the caller's is verified here, and replaced by one of
 * Azurite's own time.
 */
import { listen } from '../../../local/cloud/http.ts';
import type { Cloud } from '../../../local/cloud/cloud.ts';
import { sign } from '../../../local/cloud/identity/token.ts';
import { realNow } from './one-clock.ts';

const AUDIENCES = ['https://storage.azure.com', 'https://storage.azure.com/'];

export interface StorageFront {
  tablesEndpoint: string;
  /** The same without faults, for a test that looks. */
  quietTablesEndpoint: string;
  close(): Promise<void>;
}

/** `tablesEndpoint`: of Azurite. */
export async function storageFront(
  { identity, faults, world }: Cloud,
  { tablesEndpoint, ports }: { tablesEndpoint: string; ports: { faulty: number; quiet: number } },
): Promise<StorageFront> {
  const { origin, pathname } = new URL(tablesEndpoint);

  const forward = async (request: Request): Promise<Response> => {
    if (!identity.verify(request.headers.get('authorization') ?? undefined, AUDIENCES)) {
      return Response.json({ 'odata.error': { code: 'AuthenticationFailed' } }, { status: 403 });
    }
    const { pathname: path, search } = new URL(request.url);
    const headers = new Headers(request.headers);
    for (const name of ['host', 'connection', 'content-length', 'accept-encoding']) headers.delete(name);
    headers.set('authorization', `Bearer ${tokenOfNow(world.config.tenant)}`);
    const body = await request.arrayBuffer();
    return fetch(`${origin}${path}${search}`, {
      method: request.method,
      headers,
      ...(body.byteLength === 0 ? {} : { body }),
    });
  };
  const options = { what: 'the front of Azurite', tls: world.tls };
  const listening = [
    await listen({ fetch: faults.before(forward, 'tables') }, { ...options, port: ports.faulty }),
    await listen({ fetch: forward }, { ...options, port: ports.quiet }),
  ];
  return {
    tablesEndpoint: `https://127.0.0.1:${ports.faulty}${pathname}`,
    quietTablesEndpoint: `https://127.0.0.1:${ports.quiet}${pathname}`,
    close: async () => void (await Promise.all(listening.map((one) => one.close()))),
  };
}

/** Azurite reads issuer, audience and times, and asks for no signature. */
export function tokenOfNow(tenant: string): string {
  const now = Math.floor(realNow() / 1000);
  return sign(
    {
      ...{ aud: 'https://storage.azure.com', iss: `https://sts.windows.net/${tenant}/` },
      ...{ iat: now, nbf: now - 60, exp: now + 3600 },
      ...{ tid: tenant, oid: 'front', sub: 'front', appid: 'front', app_displayname: 'front', ver: '1.0' },
    },
    'not looked at',
  );
}
