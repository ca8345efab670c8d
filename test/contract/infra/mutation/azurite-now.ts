/**
 * Azurite for callers of another time: it lives in another process and takes no token of the future, so whatever token comes is replaced by one of its
 * own time. Who may come is asked before, at the doors of the emulated Azure.
 */
import { listen } from '../../../../local/cloud/http.ts';
import type { Tls } from '../../../../local/cloud/world.ts';
import { tokenOfNow } from '../../faults/storage-front.ts';

/** `behind`: the port where Azurite listens. */
export async function azuriteNow(options: {
  tls: Tls;
  tenant: string;
  ports: { front: number; behind: number };
}): Promise<{ close(): Promise<void> }> {
  const { tls, tenant, ports } = options;
  const fetchBehind = async (request: Request): Promise<Response> => {
    const { pathname, search } = new URL(request.url);
    const headers = new Headers(request.headers);
    for (const name of ['host', 'connection', 'content-length', 'accept-encoding']) headers.delete(name);
    headers.set('authorization', `Bearer ${tokenOfNow(tenant)}`);
    const body = await request.arrayBuffer();
    return fetch(`https://127.0.0.1:${ports.behind}${pathname}${search}`, {
      ...{ method: request.method, headers },
      ...(body.byteLength === 0 ? {} : { body }),
    });
  };
  return listen({ fetch: fetchBehind }, { what: 'Azurite', tls, port: ports.front });
}
