/** Reads a `probe` check: what the candidate is asked as a service, by whom, and how long it may take to answer. */
import { z } from 'zod';
import type { ProbeCheck, ProbeQuestion } from '../check.ts';
import { BadReference, parseReference } from '../reference.ts';
import { canonicalJson } from './canonical-json.ts';
import type { CheckReader } from './check-reader.ts';
import { readFields } from './fields.ts';
import type { Place } from './place.ts';
import { readSandbox, sandboxFields } from './sandbox-fields.ts';
import { duration } from './schemas.ts';

const DEFAULT_WITHIN_MS = 30_000;

/** Printable, and on one line: what a shell, a header and `grep` read as one. */
const ONE_LINE = 'write it on one line, without control characters';
const line = z
  .string()
  .min(1, 'it is empty, so it would say yes to everything')
  .max(1_000, 'it has 1,000 characters at most')
  .regex(/^\P{Cc}*$/u, ONE_LINE);

const port = z
  .int()
  .min(1, 'a port is 1 to 65535')
  .max(65_535, 'a port is 1 to 65535')
  .meta({ description: 'where the candidate listens, on its loopback', examples: [8080] });

export const httpFields = {
  path: z
    .string()
    .regex(
      /^\/[!-~]*$/,
      'a path begins with "/" and has no spaces and no characters beyond ASCII; write them as %20 and the like',
    )
    .max(1_000, 'a path has 1,000 characters at most')
    .default('/')
    .meta({ description: 'what is asked for, with GET', examples: ['/health'] }),
  port: port.default(80),
  status: z
    .int()
    .min(100, 'a status is 100 to 599')
    .max(599, 'a status is 100 to 599')
    .default(200)
    .meta({ description: 'the status of the answer; a redirect is not followed', examples: [204] }),
  body: line.optional().meta({ description: 'a text that the body contains', examples: ['Welcome'] }),
  matches: line.optional().meta({
    description: 'an extended regular expression, as `grep -E` reads it, that a line of the body matches',
    examples: ['"status": *"(ok|up)"'],
  }),
};
export const tcpFields = { port };
export const questionFields = {
  http: z.unknown(),
  tcp: z.unknown(),
  run: line.optional().meta({
    description: 'a line for the shell of the client; exit code 0 is the right answer. Each try has 10 seconds',
    examples: ['redis-cli ping | grep -q PONG'],
  }),
};

const client = z
  .string()
  .transform((text, context) => {
    const wrong = (message: string) => {
      context.issues.push({ code: 'custom', message, input: text });
      return z.NEVER;
    };
    try {
      const { tag: _, digest, ...reference } = parseReference(text);
      return digest
        ? { ...reference, digest }
        : wrong(`"${text}" has no digest, and a tag may mean another image tomorrow; write <image>@sha256:<digest>`);
    } catch (error) {
      if (!(error instanceof BadReference)) throw error;
      return wrong(error.message);
    }
  })
  .meta({ title: 'reference with a digest' });

export const probeFields = {
  probe: z.unknown(),
  within: duration
    .refine((ms) => ms > 0, 'it is at least 1s')
    .optional()
    .meta({
      description: 'how long the candidate may take until it answers as asked; it is asked again and again',
      default: '30s',
      examples: ['1m'],
    }),
  command: z
    .array(
      z
        .string()
        .max(4_000, 'a word has 4,000 characters at most')
        .regex(/^[^\0]*$/, 'a word has no NUL'),
    )
    .min(1, 'leave it out, and the image runs what it says itself')
    .max(100, 'it has 100 words at most')
    .optional()
    .meta({
      description: "what the candidate runs in place of its image's command, behind its entry point",
      examples: [['nginx', '-g', 'daemon off;']],
    }),
  client: client.optional().meta({
    description:
      'the image that asks, by digest. It needs a shell, `timeout` and what it asks with: `nc`, `grep` and `sed` as busybox has them for `http`, `nc` for `tcp`. By default `PROBE_IMAGE` or, where that is not set, `RUNNER_IMAGE`',
    examples: [`docker.io/library/redis@sha256:${'0'.repeat(64)}`],
  }),
  ...sandboxFields,
};

export const probeReader: CheckReader = {
  fields: probeFields,
  read(name, place, { timeoutMs, hash }): ProbeCheck | undefined {
    const { within, command, client: by, ...rest } = readFields(place, probeFields, { others: 'kept' });
    const ask = readQuestion(place.child('probe'));
    if (within !== undefined && timeoutMs !== undefined && within > timeoutMs) {
      place
        .child('within')
        .problem('within: it is longer than the "timeout" of the check; the check would be stopped first.');
    }
    if (!ask || timeoutMs === undefined) return undefined;
    const asked = {
      kind: 'probe' as const,
      ask,
      withinSeconds: (within ?? Math.min(DEFAULT_WITHIN_MS, timeoutMs)) / 1_000,
      timeoutSeconds: timeoutMs / 1_000,
      ...(command === undefined ? {} : { command }),
      ...(by === undefined ? {} : { client: by }),
      ...readSandbox(rest),
    };
    return { ...asked, name, hash: hash(canonicalJson(asked)) };
  },
};

const ONE_OF =
  'name one of "http" (path, port, status, body), "tcp" (port) and "run" (a line for the shell of the client)';

function readQuestion(place: Place): ProbeQuestion | undefined {
  const { run } = readFields(place, questionFields);
  if (!place.isMapping) return undefined;
  const named = (['http', 'tcp', 'run'] as const).filter((key) => place.child(key).value !== undefined);
  const [kind, another] = named;
  if (!kind) {
    place.problem(`probe: it does not say what to ask; ${ONE_OF}.`);
    return undefined;
  }
  if (another) {
    place.child(another).problemAtKey(`a probe asks one thing; ${ONE_OF}, and make another check of the other.`);
    return undefined;
  }
  switch (kind) {
    case 'http':
      return readHttp(place.child('http'));
    case 'tcp': {
      const { port: at } = readFields(place.child('tcp'), tcpFields);
      return at === undefined ? undefined : { kind, port: at };
    }
    case 'run':
      return run === undefined ? undefined : { kind, line: run };
  }
}

function readHttp(place: Place): ProbeQuestion | undefined {
  const { path, port: at, status, body, matches } = readFields(place, httpFields);
  const isWrong = (key: 'body' | 'matches', value: string | undefined) =>
    value === undefined && place.child(key).value !== undefined;
  if (path === undefined || at === undefined || status === undefined) return undefined;
  if (isWrong('body', body) || isWrong('matches', matches)) return undefined;
  return {
    kind: 'http',
    path,
    port: at,
    status,
    ...(body === undefined ? {} : { contains: body }),
    ...(matches === undefined ? {} : { matches }),
  };
}
