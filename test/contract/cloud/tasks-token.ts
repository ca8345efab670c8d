/** A login of one registry that may do something with one repository and nothing else, made as a person makes one. */
import type { ContainerRegistryManagementClient } from '@azure/arm-containerregistry';
import { SUBSCRIPTION } from './engine-world.ts';
import { RESOURCE_GROUP } from './tasks-system.ts';

export interface ScopedLogin {
  username: string;
  password: string;
}

const INSTANTLY = { updateIntervalInMs: 10 };

export async function makeToken(
  client: ContainerRegistryManagementClient,
  options: { registry: string; repository: string; actions: ('read' | 'write')[] },
): Promise<ScopedLogin> {
  const { registry, repository } = options;
  const name = repository.replaceAll('/', '-');
  const id = `/subscriptions/${SUBSCRIPTION}/resourceGroups/${RESOURCE_GROUP}/providers/Microsoft.ContainerRegistry/registries/${registry}`;
  const scopeMapId = `${id}/scopeMaps/${name}`;
  const actions = options.actions.map((action) => `repositories/${repository}/content/${action}`);
  await client.scopeMaps.beginCreateAndWait(RESOURCE_GROUP, registry, name, { actions }, INSTANTLY);
  await client.tokens.beginCreateAndWait(RESOURCE_GROUP, registry, name, { scopeMapId }, INSTANTLY);
  const request = { tokenId: `${id}/tokens/${name}`, name: 'password1' };
  const made = await client.registries.beginGenerateCredentialsAndWait(RESOURCE_GROUP, registry, request, INSTANTLY);
  return { username: made.username ?? '', password: made.passwords?.[0]?.value ?? '' };
}

/** A manifest as that login reads it. */
export async function readManifest(
  host: string,
  { username, password }: ScopedLogin,
  image: { repository: string; tag: string },
): Promise<unknown> {
  const answer = await fetch(`https://${host}/v2/${image.repository}/manifests/${image.tag}`, {
    headers: {
      accept: 'application/vnd.oci.image.manifest.v1+json',
      authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
    },
  });
  if (!answer.ok) throw new Error(`the manifest was answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
}
