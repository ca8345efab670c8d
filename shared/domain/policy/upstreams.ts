/** Reads the logins to public registries, by host. A user name may be plain text; a password is always the name of a secret. */
import { z } from 'zod';
import type { Policy } from '../policy.ts';
import { BadReference, parseHost } from '../reference.ts';
import { readFields } from './fields.ts';
import type { GateDraft } from './gate.ts';
import type { Place } from './place.ts';
import { secretText } from './schemas.ts';

export const upstreamFields = {
  username: z
    .string()
    .min(1, 'a user name is needed')
    .meta({
      description: '"${secret:name}", or the user name itself',
      examples: ['${secret:dockerhub-user}'],
    }),
  password: secretText.meta({
    description: '"${secret:name}", the name of a secret in Key Vault',
    examples: ['${secret:dockerhub-password}'],
  }),
};

/** `entries`: of every policy file, by what stands for the host. */
export function readUpstreams(entries: [string, Place][], gates: GateDraft[]): Policy['upstreams'] {
  const upstreams: Policy['upstreams'] = {};
  const firsts = new Map<string, Place>();
  for (const [text, at] of entries) {
    const upstream = at.about(`upstream "${text}"`);
    const host = readHost(text, upstream);
    const { username, password } = readFields(upstream, upstreamFields);
    if (host === undefined) continue;
    const first = firsts.get(host);
    if (first) upstream.problemAtKey(`this is ${host}, which already has a login (${first.where}). Keep one.`);
    else firsts.set(host, upstream);
    if (!gates.some(({ from }) => from?.host === host)) upstream.warning('no gate follows anything there.');
    if (username !== undefined && password !== undefined) upstreams[host] = { username, password };
  }
  return upstreams;
}

function readHost(text: string, place: Place) {
  try {
    return parseHost(text);
  } catch (error) {
    if (!(error instanceof BadReference)) throw error;
    place.problemAtKey(`${error.problem}.`);
    return undefined;
  }
}
