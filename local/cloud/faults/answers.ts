/** How each service says that it is busy or broken: the clients read its own form. */
import type { Asked } from './asked.ts';

/** With `Retry-After` when it says how long. */
export function faultAnswer(
  { services: [service] }: Asked,
  fault: { status: 429 | 500 | 503; retryAfterSeconds?: number | undefined },
): Response {
  const { status, retryAfterSeconds } = fault;
  const message = `a fault that was asked for: the emulated ${service} answers ${status}`;
  const headers: Record<string, string> =
    retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  const { code, body } = shapes(status, message)[service ?? 'arm'] ?? arm(status, message);
  if (typeof body === 'string') {
    return new Response(body, {
      status,
      headers: { ...headers, 'content-type': 'application/xml', 'x-ms-error-code': code },
    });
  }
  return Response.json(body, { status, headers });
}

interface Shape {
  code: string;
  body: object | string;
}

const arm = (status: number, message: string): Shape => {
  const code = { 429: 'TooManyRequests', 500: 'InternalServerError', 503: 'ServiceUnavailable' }[status] ?? 'Unknown';
  return { code, body: { error: { code, message } } };
};

const shapes = (status: number, message: string): Record<string, Shape> => {
  const ofRegistry = status === 429 ? 'TOOMANYREQUESTS' : 'UNKNOWN';
  const ofVault = status === 429 ? 'Throttled' : arm(status, message).code;
  const ofTables = status === 500 ? 'OperationTimedOut' : 'ServerBusy';
  const ofBlobs = status === 500 ? 'InternalError' : 'ServerBusy';
  return {
    registry: { code: ofRegistry, body: { errors: [{ code: ofRegistry, message, detail: null }] } },
    vault: { code: ofVault, body: { error: { code: ofVault, message } } },
    tables: { code: ofTables, body: { 'odata.error': { code: ofTables, message: { lang: 'en-US', value: message } } } },
    blobs: {
      code: ofBlobs,
      body: `<?xml version="1.0" encoding="utf-8"?><Error><Code>${ofBlobs}</Code><Message>${message}</Message></Error>`,
    },
    identity: { code: '', body: { statusCode: status, message } },
  };
};
