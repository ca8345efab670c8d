/** The two parts of the host's admin API that tools use: is it running, and run this function now. */
import { z } from 'zod';
import type { TypedData } from '../app/core-api.ts';
import type { FunctionApp, RegisteredFunction } from '../app/function-app.ts';
import type { Invoker } from '../app/invoker.ts';
import { HOST_VERSION } from '../app/shim.ts';
import { typedInput } from '../app/typed-data.ts';
import type { Durable } from '../durable/durable.ts';
import { timerInfo } from '../timers/timer-info.ts';
import { MAXIMUM_BODY_BYTES } from './limits.ts';
import { WEBHOOK_PATH } from './management-links.ts';
import { BadRequest, json, parseJson, type HostRequest, type HostResponse } from './message.ts';

const manualRun = z.object({ input: z.unknown().optional() }).default({});

export interface AdminApiOptions {
  app: FunctionApp;
  invoker: Invoker;
  durable: Durable;
}

/** `path` is what follows `/admin/`. */
export function adminApi({ app, invoker, durable }: AdminApiOptions) {
  return async (request: HostRequest, path: readonly string[]): Promise<HostResponse> => {
    const [area, name = ''] = path.map((one, index) => (index === 0 ? one.toLowerCase() : one));
    if (area === 'host' && name.toLowerCase() === 'status' && path.length === 2 && request.method === 'GET') {
      return json(200, { id: 'local', state: 'Running', version: HOST_VERSION });
    }
    if (area === 'functions' && path.length === 2) {
      return request.method === 'POST' ? run(name, request) : { status: 405, headers: { allow: 'POST' } };
    }
    return { status: 404 };
  };

  /** The caller is answered at once; how the run ends is in the log, where the invoker writes it. */
  async function run(name: string, request: HostRequest): Promise<HostResponse> {
    const fn = app.find(name);
    if (!fn) return json(404, { Message: `the app has no function "${name}"` });
    if (fn.trigger.type === 'httpTrigger') return json(400, { Message: `"${name}" is called by its own route` });
    const parsed = manualRun.safeParse(parseJson(await request.body(MAXIMUM_BODY_BYTES)));
    if (!parsed.success) throw new BadRequest('the body must be {"input": ...}');
    const { input } = parsed.data;
    if (fn.trigger.type === 'orchestrationTrigger') {
      // Without an instance there is nothing an orchestrator could run as, so one is started.
      const id = durable.start(fn.name, undefined, parsedText(input));
      return { status: 202, headers: { location: `${request.url.origin}/${WEBHOOK_PATH}/instances/${id}` } };
    }
    void invoker.invoke(fn.name, { trigger: dataFor(fn, input), subject: 'by hand' }).catch(() => {});
    return { status: 202 };
  }
}

const dataFor = (fn: RegisteredFunction, input: unknown): TypedData =>
  fn.trigger.type === 'timerTrigger' ? timerInfo({ isPastDue: false }) : typedInput(input);

/** Tools send the input as text, which often is JSON; a function gets it parsed, and so does an orchestrator. */
function parsedText(input: unknown): unknown {
  if (typeof input !== 'string') return input;
  try {
    return JSON.parse(input);
  } catch {
    return input;
  }
}
