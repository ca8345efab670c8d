/**
 * The second example, a gate that asks for a signature, a scan and a person: what its publisher does, what the platform team does, and what
 * the gate says of a release.
 */
import { generateKeyPairSync } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toolboxExample } from '../layout.ts';
import { registriesOf } from '../azure.ts';
import { createAzureClient } from '../provision/azure-client.ts';
import { buildAndPush } from '../provision/images.ts';
import { cosign } from './cosign.ts';
import { pushTo } from './push.ts';
import type { Context } from './story.ts';
import { claim, missing, until } from './until.ts';

export const TOOLBOX = 'toolbox';
const STABLE_TAG = '1';
const REGISTRY_API_VERSION = '2023-07-01';
const SCANNER = 'pretend-scanner:1';
/** In the example, in place of a digest that is known only once the scanner is built. */
const NO_DIGEST = `sha256:${'0'.repeat(64)}`;
const JUDGED_WITHIN_SECONDS = 90;

/** What the API says of a candidate; the parts that the steps look at. */
export interface Candidate {
  outcome?: { kind: string; reason?: { kind: string; checks?: string[] } };
  /** Missing once it is settled. */
  next?: { why: string };
  evidence: Record<string, { verdict?: string; reasons?: string[] } | undefined>;
}

export const candidateAt = (digest: string): string => `/api/gates/${TOOLBOX}/candidates/${digest}`;

/** The platform team's: the scanner is built, and the gate goes into the policy with its digest, and with the key of the publisher. */
export async function addGate(context: Context): Promise<{ scanner: string }> {
  const { ask, local, memory, say } = context;
  const scanner = await build(context, { registry: 'team', folder: 'scanner', image: SCANNER });
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  memory.publisherKey = privateKey;

  await letUpstreamLoginRead(context);
  const folder = local.endpoints.policy;
  const file = await readFile(join(toolboxExample, 'policy', 'toolbox.yaml'), 'utf8');
  const pinned = file.replace(NO_DIGEST, scanner);
  claim('the policy leaves room for the digest of the scanner', pinned !== file, file);
  await mkdir(join(folder, 'keys'), { recursive: true });
  await writeFile(join(folder, 'keys', 'publisher.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
  await writeFile(join(folder, 'toolbox.yaml'), pinned);
  await until(
    `the policy in force has the gate ${TOOLBOX}`,
    async () => (await ask.app(`/api/gates/${TOOLBOX}`)) ?? missing(await ask.app('/api/health')),
    { withinSeconds: JUDGED_WITHIN_SECONDS },
  );
  say(`the policy has a gate "${TOOLBOX}", which asks for a signature, a scan by ${scanner} and a person`);
  return { scanner };
}

/** The login that the gates read the public registry with is for the images that they follow, and this one is new among them. */
async function letUpstreamLoginRead({ local }: Context): Promise<void> {
  const scopeMap = `${registriesOf(local.instance).public.id}/scopeMaps/gated-import`;
  const azure = createAzureClient(local.instance);
  const { properties } = (await azure.get(scopeMap, REGISTRY_API_VERSION)) as { properties: { actions: string[] } };
  const added = ['content/read', 'metadata/read'].map((action) => `repositories/${TOOLBOX}/${action}`);
  const actions = [...new Set([...properties.actions, ...added])];
  await azure.patch(scopeMap, REGISTRY_API_VERSION, { properties: { actions } });
}

/** The publisher's: a release is built and signed, or not, and then the tag that others follow is moved to it. Answers its digest. */
export async function publish(
  context: Context,
  { version, signed }: { version: string; signed: boolean },
): Promise<string> {
  const { local, say } = context;
  const image = `${TOOLBOX}:${version}`;
  const digest = await build(context, { registry: 'public', folder: 'toolbox', image, RELEASE: version });
  if (signed) await signToolbox(context, digest);
  await pushTo(local.endpoints.registries.public, TOOLBOX).tag(digest, STABLE_TAG);
  say(`published ${image}, ${signed ? 'signed' : 'not signed'}: ${digest}`);
  return digest;
}

export async function signToolbox({ local, memory }: Context, digest: string): Promise<string> {
  const { publisherKey: key } = memory;
  if (!key) throw new Error('the publisher of the toolbox has no key; it is made with the gate');
  return cosign(local.endpoints.registries.public, { repository: TOOLBOX, digest, key });
}

/** Answers what the gate says of a release once it is as `wanted`. */
export const judged = (
  { ask }: Context,
  digest: string,
  what: string,
  wanted: (candidate: Candidate) => boolean,
): Promise<Candidate> =>
  until(
    `${TOOLBOX} ${digest} ${what}`,
    async () => {
      const candidate = (await ask.app(candidateAt(digest))) as Candidate | undefined;
      return candidate && wanted(candidate) ? candidate : missing(candidate ?? 'no such candidate');
    },
    { withinSeconds: JUDGED_WITHIN_SECONDS },
  );

export async function claimNothingPromoted(context: Context): Promise<void> {
  const stable = await stableToolbox(context);
  claim(`the base registry has no ${TOOLBOX}:${STABLE_TAG}`, stable === undefined, stable);
}

/** What the team would get. `undefined`: nothing yet. */
export const stableToolbox = ({ ask }: Context): Promise<string | undefined> =>
  ask.registries.base.digestOf(TOOLBOX, STABLE_TAG);

/** Answers the digest. */
async function build(
  { ask, local }: Context,
  options: { registry: 'public' | 'team'; folder: string; image: string; RELEASE?: string },
): Promise<string> {
  const { registry, folder, image, RELEASE } = options;
  const { host, username, password } = local.endpoints.registries[registry];
  await buildAndPush({
    engine: local.engine,
    dockerfileFolder: join(toolboxExample, folder),
    image: `${host}/${image}`,
    host,
    login: { username, password },
    ...(RELEASE === undefined ? {} : { arguments: { RELEASE } }),
  });
  const [repository = '', tag = ''] = image.split(':');
  const digest = await ask.registries[registry].digestOf(repository, tag);
  if (digest === undefined) throw new Error(`the ${registry} registry has no ${image}`);
  return digest;
}
