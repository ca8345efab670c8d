/** Asks every upstream, and every image that runs beside candidates, for what its tag names: with the login that the app would have. */
import type { Answer, Registry, Tool } from '../../shared/domain/doctor/facts.ts';
import type { Seen } from '../../shared/domain/doctor/finding.ts';
import { fillSecrets, secretsIn } from '../../shared/domain/container-group.ts';
import type { Policy } from '../../shared/domain/policy.ts';
import {
  formatReference,
  parseReference,
  type Digest,
  type Host,
  type RepositoryReference,
  type Tag,
} from '../../shared/domain/reference.ts';
import { ociUpstreams } from '../../shared/oci/upstreams.ts';
import { UpstreamTrouble } from '../../shared/oci/upstream-trouble.ts';
import type { Credentials } from '../../shared/ports/images.ts';
import { noLogin } from './look-at-vault.ts';

type Image = RepositoryReference & { tag?: Tag; digest?: Digest };
type Upstreams = ReturnType<typeof ociUpstreams>;

export interface Logins {
  secret(name: string): Promise<Seen<{ value: string }>>;
  /** At a registry of this subscription, of whoever is signed in. */
  own(host: Host): Promise<Seen<Credentials>>;
}

export async function lookAtUpstreams(policy: Policy, logins: Logins): Promise<Record<string, Answer>> {
  const upstreams = ociUpstreams();
  const answers = Object.values(policy.gates).map(async ({ name, from }): Promise<[string, Answer]> => {
    const login = await loginFor(policy.upstreams[from.host], { logins, what: `the upstream of gate ${name}` });
    if (login.kind === 'unseen') return [name, login];
    return [name, await look(upstreams, from, login.kind === 'seen' ? login.value : undefined)];
  });
  return Object.fromEntries(await Promise.all(answers));
}

async function loginFor(
  entry: Policy['upstreams'][string] | undefined,
  { logins, what }: { logins: Logins; what: string },
): Promise<Seen<Credentials>> {
  if (!entry) return { kind: 'absent' };
  const secrets: Record<string, string> = {};
  for (const name of secretsIn(entry)) {
    const seen = await logins.secret(name);
    if (seen.kind !== 'seen') return noLogin(what, name, seen);
    secrets[name] = seen.value.value;
  }
  return { kind: 'seen', value: fillSecrets(entry, secrets) };
}

/** `images`: those of the settings, by the name of the setting. */
export function lookAtTools(
  policy: Policy,
  {
    images,
    registries,
    logins,
  }: { images: Record<string, string>; registries: Record<string, Registry>; logins: Logins },
): Promise<Tool[]> {
  const upstreams = ociUpstreams();
  const all = [
    ...Object.entries(images).map(([named, text]) => ({ named, image: asDockerHas(text) })),
    ...Object.values(policy.gates).flatMap(toolsOf),
  ];
  return Promise.all(
    all.map(async ({ named, image }): Promise<Tool> => {
      const login = registries[image.host]
        ? await logins.own(image.host)
        : await loginFor(policy.upstreams[image.host], { logins, what: named });
      if (login.kind === 'unseen')
        return { named, image, answer: { ...login, what: `${named}, ${formatReference(image)},` } };
      const answer = await look(upstreams, image, login.kind === 'seen' ? login.value : undefined);
      return { named, image, answer };
    }),
  );
}

function toolsOf({ name, checks }: Policy['gates'][string]): { named: string; image: Image }[] {
  return checks.flatMap((check) => {
    const place = `check ${check.name} of gate ${name}`;
    if (check.kind === 'probe' && check.client) return [{ named: `the client of ${place}`, image: check.client }];
    if (check.kind !== 'vulnerabilities') return [];
    const tools = [
      ['the scanner', check.scanner],
      ['the database', check.database?.image],
    ] as const;
    return tools.flatMap(([what, tool]) =>
      tool?.kind === 'image' ? [{ named: `${what} of ${place}`, image: tool.image }] : [],
    );
  });
}

/** `docker:28-cli` is on Docker Hub, and `docker` is `docker:latest`. */
function asDockerHas(text: string): Image {
  const [first = ''] = text.split('/');
  const named = text.includes('/') && (/[.:]/.test(first) || first === 'localhost');
  const image = parseReference(named ? text : `docker.io/${text}`);
  return image.tag || image.digest ? image : parseReference(`${formatReference(image)}:latest`);
}

async function look(
  upstreams: Upstreams,
  { tag, digest, ...image }: Image,
  credentials?: Credentials,
): Promise<Answer> {
  try {
    if (digest)
      return (await upstreams.manifest({ ...image, digest }, credentials)) ? { kind: 'at' } : { kind: 'gone' };
    if (!tag) return { kind: 'gone' };
    const sighted = await upstreams.look({ ...image, tag }, credentials);
    return sighted.kind === 'at' ? { kind: 'at' } : sighted;
  } catch (error) {
    if (error instanceof UpstreamTrouble) return { kind: 'unreachable', message: error.message };
    throw error;
  }
}
