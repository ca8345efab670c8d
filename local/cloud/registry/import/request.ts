/** The body of `importImage`, checked; what is wrong with it is refused at once, everything else by the operation. */
import { z } from 'zod';
import {
  digest as digestSchema,
  repository as repositorySchema,
  tag as tagSchema,
  type Digest,
} from '../../../../shared/domain/reference.ts';
import { ArmRefusal } from '../management/answers.ts';

export interface ImportRequest {
  source: { repository: string; reference: { tag: string } | { digest: Digest } } & (
    { resourceId: string } | { host: string }
  );
  targets: { repository: string; tag?: string }[];
  force: boolean;
}

export interface SourceCredentials {
  /** Without one, the password is a token for Azure or for the source registry. */
  username?: string;
  password: string;
}

const body = z.object({
  source: z.object({
    resourceId: z.string().optional(),
    registryUri: z.string().optional(),
    credentials: z.object({ username: z.string().optional(), password: z.string() }).nullish(),
    sourceImage: z.string(),
  }),
  targetTags: z.array(z.string()).nullish(),
  untaggedTargetRepositories: z.array(z.string()).nullish(),
  mode: z.enum(['NoForce', 'Force']).default('NoForce'),
});

/** Throws `ArmRefusal`. */
export function parseImport(json: unknown): { request: ImportRequest; credentials?: SourceCredentials } {
  const parsed = body.safeParse(json);
  if (!parsed.success) throw invalid(z.prettifyError(parsed.error));
  const { source, targetTags, untaggedTargetRepositories, mode } = parsed.data;
  const image = parseImage(source.sourceImage, 'sourceImage');
  const reference = image.digest === undefined ? { tag: image.tag ?? 'latest' } : { digest: image.digest };
  const targets = [
    ...(targetTags ?? []).map((text) => {
      const target = parseImage(text, 'targetTags');
      if (target.digest !== undefined) throw invalid(`targetTags: "${text}" names a digest; expected repository:tag`);
      return { repository: target.repository, tag: target.tag ?? image.tag ?? 'latest' };
    }),
    ...(untaggedTargetRepositories ?? []).map((text) => ({
      repository: checked(repositorySchema, text, 'untaggedTargetRepositories'),
    })),
  ];
  if (targets.length === 0) {
    throw invalid('Missing property parameters.TargetTags for the operation against the resource.');
  }
  if ((source.resourceId === undefined) === (source.registryUri === undefined)) {
    throw invalid('source needs either resourceId or registryUri, and not both.');
  }
  const from = { repository: image.repository, reference };
  return {
    request: {
      source:
        source.resourceId === undefined
          ? { ...from, host: hostOf(source.registryUri ?? '') }
          : { ...from, resourceId: source.resourceId },
      targets,
      force: mode === 'Force',
    },
    credentials: source.credentials ?? undefined,
  };
}

function parseImage(text: string, field: string): { repository: string; tag?: string; digest?: Digest } {
  const [, name = '', tag, digest] = /^([^:@]*)(?::([^@]*))?(?:@(.*))?$/s.exec(text) ?? [];
  return {
    repository: checked(repositorySchema, name, field),
    ...(tag === undefined ? {} : { tag: checked(tagSchema, tag, field) }),
    ...(digest === undefined ? {} : { digest: checked(digestSchema, digest, field) }),
  };
}

function hostOf(registryUri: string): string {
  const host = registryUri
    .replace(/^https?:\/\//, '')
    .replace(/\/+$/, '')
    .toLowerCase();
  if (/^[a-z0-9.-]+(:[0-9]{1,5})?$/.test(host)) return host;
  throw invalid(`source.registryUri: "${registryUri}" is not the host of a registry`);
}

function checked<S extends z.ZodType>(schema: S, text: string, field: string): z.output<S> {
  const result = schema.safeParse(text);
  if (result.success) return result.data;
  throw invalid(`${field}: "${text}" is ${result.error.issues[0]?.message ?? 'not valid'}`);
}

const invalid = (message: string): ArmRefusal => new ArmRefusal(400, 'InvalidParameters', message);
