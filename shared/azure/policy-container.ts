/**
 * The policy in a container of blobs, as `gated-import policy push` uploads it: one blob (`shared/domain/uploaded-policy.ts`).
 *
 * Asked by its ETag, so an unchanged one is never read again. One question at a time, and its answer counts for a moment; trouble counts for
 * longer, since everything that works asks for the policy first.
 */
import { UPLOADED_BYTES, UPLOADED_POLICY, unpackPolicy } from '../domain/uploaded-policy.ts';
import { sha256 } from '../policy-files.ts';
import type { PolicyRead, PolicyReader } from '../ports/policies.ts';
import { ask } from './ask.ts';
import type { Clients } from './clients.ts';
import { ServiceRefused, ServiceTrouble, type Question } from './errors.ts';
import { POLICY_COUNTS_MS, POLICY_DEADLINE_SECONDS, POLICY_TROUBLE_COUNTS_MS } from './limits.ts';
import { neededRoles } from './needed-roles.ts';

interface Options {
  now?: () => number;
  deadlineSeconds?: number;
}

interface Answer {
  content: PolicyRead;
  countsMs: number;
}

/** `container`: its address. */
export function policyContainer(
  { policyBlob }: Pick<Clients, 'policyBlob'>,
  container: string,
  { now = Date.now, deadlineSeconds = POLICY_DEADLINE_SECONDS }: Options = {},
): PolicyReader {
  const address = `${container}/${UPLOADED_POLICY}`;
  const client = policyBlob(address);
  let known: { etag: string; content: PolicyRead } | undefined;
  let asking: Promise<Answer> | undefined;
  let answered: { content: PolicyRead; until: number } | undefined;

  const download = async (): Promise<PolicyRead> => {
    const abortSignal = AbortSignal.timeout(deadlineSeconds * 1000);
    const conditions = known ? { ifNoneMatch: known.etag } : {};
    const found = await client.download(0, undefined, { abortSignal, conditions });
    const { etag = '', readableStreamBody } = found;
    const parts: Buffer[] = [];
    let bytes = 0;
    // Leaving the loop ends the download.
    for await (const part of readableStreamBody ?? []) {
      const buffer = Buffer.from(part);
      bytes += buffer.length;
      if (bytes > UPLOADED_BYTES) return remember(etag, tooLarge(address, etag));
      parts.push(buffer);
    }
    return remember(etag, contentOf(address, Buffer.concat(parts).toString('utf8')));
  };
  const remember = (etag: string, content: PolicyRead): PolicyRead => {
    known = { etag, content };
    return content;
  };

  const question: Question = { service: 'Blob Storage', what: `read ${address}`, roles: neededRoles.readPolicy };
  const read = async (): Promise<Answer> => {
    try {
      return { content: await ask(question, download), countsMs: POLICY_COUNTS_MS };
    } catch (error) {
      if (error instanceof ServiceTrouble) {
        if (error.status === 304 && known) return { content: known.content, countsMs: POLICY_COUNTS_MS };
        return { content: { kind: 'unreadable', problem: error.message }, countsMs: POLICY_TROUBLE_COUNTS_MS };
      }
      if (!(error instanceof ServiceRefused)) throw error;
      const problem = error.status === 404 ? nothingIn(container) : error.message;
      return { content: { kind: 'unreadable', problem }, countsMs: POLICY_COUNTS_MS };
    }
  };

  return {
    async read() {
      if (answered && now() < answered.until) return answered.content;
      asking ??= read().finally(() => (asking = undefined));
      const { content, countsMs } = await asking;
      answered = { content, until: now() + countsMs };
      return content;
    },
  };
}

function contentOf(address: string, text: string): PolicyRead {
  const version = sha256(text);
  const files = unpackPolicy(text);
  if (files) return { kind: 'files', version, files };
  return {
    kind: 'malformed',
    version,
    problem: `${address} was not uploaded with "gated-import policy push"; upload a policy`,
  };
}

const tooLarge = (address: string, etag: string): PolicyRead => ({
  kind: 'malformed',
  version: etag,
  problem: `${address} has more than ${UPLOADED_BYTES} bytes, so it is no policy; upload one`,
});

const nothingIn = (container: string): string =>
  `there is no policy in ${container}: upload one with "gated-import policy push <folder> --to ${container}"`;
