/**
 * Writes a policy to its blob: one PUT, which Azure carries out whole or not at all.
 * https://learn.microsoft.com/rest/api/storageservices/put-blob
 */
import { packPolicy, UPLOADED_BYTES, UPLOADED_POLICY } from '../shared/domain/uploaded-policy.ts';
import type { PolicyFile } from '../shared/domain/parse-policy.ts';
import type { Terminal } from './command.ts';

const SCOPE = 'https://storage.azure.com/.default';
const ANSWER_WITHIN_MS = 60_000;
const ROLE_COUNTS_WITHIN_MS = 10 * 60_000;
const BETWEEN_TRIES_MS = 15_000;

/** `waits`: tries again while a role does not count yet. Answers the address of the blob. */
export async function uploadPolicy(
  { container, files, waits }: { container: string; files: PolicyFile[]; waits: boolean },
  terminal: Terminal,
): Promise<string> {
  const url = `${container.replace(/\/+$/, '')}/${UPLOADED_POLICY}`;
  const body = Buffer.from(packPolicy(files));
  if (body.length > UPLOADED_BYTES) {
    throw new Error(`the policy has ${body.length} bytes when it is uploaded; ${UPLOADED_BYTES} at most`);
  }

  const until = terminal.now() + ROLE_COUNTS_WITHIN_MS;
  for (;;) {
    const answer = await put(url, body, await terminal.signIn(SCOPE));
    if (answer.status === 201) return url;
    const refusal = refusalOf(answer, url);
    if (codeOf(answer) !== NO_ROLE || !waits || terminal.now() >= until) throw new Error(refusal);
    terminal.complain(`${refusal}; trying again until ${new Date(until).toISOString()}`);
    await terminal.wait(BETWEEN_TRIES_MS);
  }
}

async function put(url: string, body: Buffer<ArrayBuffer>, token: string): Promise<Response> {
  try {
    return await fetch(url, {
      method: 'PUT',
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'x-ms-blob-type': 'BlockBlob',
        'x-ms-version': '2024-11-04',
      },
      body,
    });
  } catch (error) {
    const { cause } = error as { cause?: { code?: string; message?: string } };
    const why = cause?.code ?? cause?.message ?? String(error);
    throw new Error(`${url} could not be written: ${why}`, { cause: error });
  }
}

/** Azure says in XML what is the matter, and its code in a header as well. */
const codeOf = (answer: Response): string => answer.headers.get('x-ms-error-code') ?? 'without a reason';

/** https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes */
const NO_ROLE = 'AuthorizationPermissionMismatch';
const HINTS: Record<string, string> = {
  [NO_ROLE]:
    'it needs the role "Storage Blob Data Contributor" on the container, which takes up to ten minutes to count',
  AuthorizationFailure: 'the account is closed to the network of this machine; do it from inside',
  ContainerNotFound: '--to has to name a container that is there',
};

function refusalOf(answer: Response, url: string): string {
  const code = codeOf(answer);
  return `${url} was refused: ${answer.status} ${code}${code in HINTS ? `; ${HINTS[code]}` : ''}`;
}
