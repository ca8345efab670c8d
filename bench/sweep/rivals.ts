/** Whom a sweep is compared with. Both answer the milliseconds they took, and throw unless each answer was one. */
import { execFile } from 'node:child_process';
import { Agent, request, type OutgoingHttpHeaders } from 'node:http';
import { promisify } from 'node:util';
import { atOnce } from '../../functions/at-once.ts';
import { formatReference, type TagReference } from '../../shared/domain/reference.ts';
import { digestOf, MANIFEST } from '../../test/fakes/images.ts';
import type { Pushed } from './push.ts';

const run = promisify(execFile);

/** The command that people put into a loop, one reference after the other. */
export async function skopeoOneByOne(pushed: Pushed[]): Promise<number> {
  const startedAt = performance.now();
  const answers: string[] = [];
  for (const { reference } of pushed) {
    const asked = ['inspect', '--raw', '--tls-verify=false', `docker://${formatReference(reference)}`];
    answers.push((await run('skopeo', asked)).stdout);
  }
  const elapsedMs = performance.now() - startedAt;
  pushed.forEach(({ digest }, index) => {
    if (digestOf(answers[index] ?? '') !== digest) throw new Error('skopeo was answered another manifest');
  });
  return elapsedMs;
}

/**
 * Nothing but HEAD requests, so many at once, with a token for each repository in hand and connections that stay open. By `node:http`, which
 * takes less of the processor than `fetch`.
 */
export async function bareHeads(
  pushed: Pushed[],
  { atOnce: most, tokens }: { atOnce: number; tokens: Map<string, string> },
): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: most });
  const answers: (string | undefined)[] = [];
  const startedAt = performance.now();
  await atOnce([...pushed.entries()], most, async ([index, { reference }]) => {
    const token = tokens.get(reference.repository);
    answers[index] = await head(agent, reference, { Accept: MANIFEST, Authorization: `Bearer ${token}` });
  });
  const elapsedMs = performance.now() - startedAt;
  agent.destroy();
  pushed.forEach(({ reference, digest }, index) => {
    if (answers[index] !== digest) throw new Error(`${formatReference(reference)} was answered otherwise`);
  });
  return elapsedMs;
}

/** Answers the digest. */
const head = (agent: Agent, { host, repository, tag }: TagReference, headers: OutgoingHttpHeaders) =>
  new Promise<string | undefined>((resolve, reject) => {
    const url = `http://${host}/v2/${repository}/manifests/${tag}`;
    request(url, { agent, method: 'HEAD', headers }, (response) => {
      response.on('end', () => resolve(response.headers['docker-content-digest']?.toString()));
      response.resume();
    })
      .on('error', reject)
      .end();
  });
