/** Where an import copies from: a registry of this cloud, or any other that speaks the OCI distribution API. */
import type { Readable } from 'node:stream';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Digest } from '../../../../shared/domain/reference.ts';

export interface ImportSource {
  /** `undefined`: not there. `reference`: a tag or a digest. */
  manifest(repository: string, reference: string): Promise<{ bytes: Uint8Array; mediaType?: string } | undefined>;
  /** A file of this cloud, or a stream. */
  blob(repository: string, digest: Digest): Promise<{ file: string } | { stream: Readable }>;
}

/** Ends an import; what the poll then answers. */
export class ImportFailed extends Error {
  readonly status: ContentfulStatusCode;
  readonly code: string;

  constructor(failure: { code: string; message: string; status?: ContentfulStatusCode; cause?: unknown }) {
    super(failure.message, { cause: failure.cause });
    this.code = failure.code;
    this.status = failure.status ?? 400;
  }
}

export const accessDenied = (host: string): ImportFailed =>
  new ImportFailed({ code: 'InvalidParameters', message: `Access to ${host} denied.` });
