/**
 * How a storage account refuses a request before it looks at what is asked for: in JSON for tables, in XML for others.
 *
 * https://learn.microsoft.com/rest/api/storageservices/common-rest-api-error-codes
 */
import { randomUUID } from 'node:crypto';

export type StorageService = 'blob' | 'queue' | 'table';

export const REFUSALS = {
  // In Azure there is no host of that name; here all accounts have one address.
  ResourceNotFound: { status: 404, message: 'The specified account does not exist.' },
  NoAuthenticationInformation: {
    status: 401,
    message:
      'Server failed to authenticate the request. Please refer to the information in the www-authenticate header.',
  },
  InvalidAuthenticationInfo: {
    status: 401,
    message:
      'Server failed to authenticate the request. Please refer to the information in the www-authenticate header.',
  },
  KeyBasedAuthenticationNotPermitted: {
    status: 403,
    message: 'Key based authentication is not permitted on this storage account.',
  },
  AuthorizationPermissionMismatch: {
    status: 403,
    message: 'This request is not authorized to perform this operation using this permission.',
  },
} as const;

export interface Refusal {
  status: number;
  headers: Record<string, string>;
  body: string;
}

export function refusal(
  code: keyof typeof REFUSALS,
  { service, tenant, at }: { service: StorageService; tenant: string; at: number },
): Refusal {
  const { status, message } = REFUSALS[code];
  const requestId = randomUUID();
  const text = `${message}\nRequestId:${requestId}\nTime:${new Date(at).toISOString()}`;
  const body =
    service === 'table'
      ? JSON.stringify({ 'odata.error': { code, message: { lang: 'en-US', value: text } } })
      : `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${text}</Message></Error>`;
  return {
    status,
    headers: {
      'content-type': service === 'table' ? 'application/json' : 'application/xml',
      'content-length': String(Buffer.byteLength(body)),
      'x-ms-error-code': code,
      'x-ms-request-id': requestId,
      ...(status === 401
        ? {
            'www-authenticate': `Bearer authorization_uri=https://login.microsoftonline.com/${tenant}/oauth2/authorize resource_id=https://storage.azure.com`,
          }
        : {}),
    },
    body,
  };
}
