/**
 * Requests that no service of the emulated Azure knows: answered with an error that names them, logged, and listed, so that a gap of the
 * emulation is never mistaken for an answer of Azure.
 */
import type { App } from './http.ts';
import type { World } from './world.ts';

export interface UnknownRequest {
  service: string;
  method: string;
  /** Without the query, which may carry a signature or a key. */
  path: string;
  times: number;
  lastAt: string;
}

export interface UnknownRequests {
  /** Every path that `app` has no route for is now one; an error that a route threw is answered as one of this cloud's own. */
  watch(app: App, service: string): void;
  /** In the order of their first appearance. */
  list(): UnknownRequest[];
}

/** Distinct requests that are kept: enough for a person, and a bound for a client gone wild. */
const KEPT = 500;

export function createUnknownRequests({ clock, log }: Pick<World, 'clock' | 'log'>): UnknownRequests {
  const seen = new Map<string, UnknownRequest>();

  const note = (service: string, method: string, path: string): void => {
    log(service, `UNKNOWN ${service} ${method} ${path}`);
    const key = `${service} ${method} ${path}`;
    const before = seen.get(key);
    if (!before && seen.size >= KEPT) return;
    seen.set(key, {
      service,
      method,
      path,
      times: (before?.times ?? 0) + 1,
      lastAt: new Date(clock.now()).toISOString(),
    });
  };

  return {
    watch(app, service) {
      app.notFound((c) => {
        const { method } = c.req;
        const path = new URL(c.req.url).pathname;
        note(service, method, path);
        const message = `${method} ${path} is not an operation of the emulated ${service}. It may well be one of Azure: see docs/local-runtime-services.md for what is built.`;
        return c.json({ error: { code: 'NotEmulated', message } }, 501);
      });
      app.onError((error, c) => {
        log(service, `ERROR ${c.req.method} ${new URL(c.req.url).pathname}: ${error.stack ?? error.message}`);
        const message = `the emulated ${service} failed, which is a bug of it: ${error.message}`;
        return c.json({ error: { code: 'InternalServerError', message } }, 500);
      });
    },
    list: () => [...seen.values()],
  };
}
