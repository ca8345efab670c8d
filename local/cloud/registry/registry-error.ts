/** A refusal of the data plane, in the error format of the OCI distribution specification. */
import type { ContentfulStatusCode } from 'hono/utils/http-status';

export interface Refusal {
  status: ContentfulStatusCode;
  /** Of the OCI specification, or one that Azure adds, such as `REGISTRY_DISALLOWED_OPERATION`. */
  code: string;
  message: string;
  detail?: unknown;
  headers?: Record<string, string>;
}

export class RegistryError extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(`${refusal.code}: ${refusal.message}`);
    this.refusal = refusal;
  }
}

export const repositoryUnknown = (repository: string): RegistryError =>
  new RegistryError({
    status: 404,
    code: 'NAME_UNKNOWN',
    message: 'repository name not known to registry',
    detail: { name: repository },
  });

export const manifestUnknown = (repository: string, reference: string): RegistryError =>
  new RegistryError({
    status: 404,
    code: 'MANIFEST_UNKNOWN',
    message: reference.startsWith('sha256:')
      ? `manifest ${reference} is not found`
      : `manifest tagged by "${reference}" is not found`,
    detail: { name: repository, reference },
  });

export const manifestInvalid = (message: string, detail?: unknown): RegistryError =>
  new RegistryError({ status: 400, code: 'MANIFEST_INVALID', message, detail });

export const blobUnknown = (digest: string): RegistryError =>
  new RegistryError({
    status: 404,
    code: 'BLOB_UNKNOWN',
    message: `blob ${digest} is not known to this repository`,
    detail: { digest },
  });

export const digestInvalid = (message: string, detail?: unknown): RegistryError =>
  new RegistryError({ status: 400, code: 'DIGEST_INVALID', message, detail });
