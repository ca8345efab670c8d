/** The key vault: where it is, which secrets and which signing key it has, and the values of those that upstreams are asked with. */
import { z, type ZodType } from 'zod';
import type { Vault } from '../../shared/domain/doctor/facts.ts';
import type { Seen } from '../../shared/domain/doctor/finding.ts';
import { isLoopback } from '../../shared/loopback.ts';
import { reader, unseen, type Reader } from './reader.ts';

const VAULTS = '2023-07-01';
/** Of the vault itself. */
const OBJECTS = '7.4';

const vault = z.object({ id: z.string(), properties: z.object({ vaultUri: z.string() }) });
const attributes = z.object({ enabled: z.boolean().default(true) }).default({ enabled: true });
const secret = z.object({ properties: z.object({ attributes }) }).transform(({ properties }) => properties.attributes);
const secretValue = z.object({ value: z.string() });
const key = z
  .object({
    properties: z.object({
      kty: z.string(),
      curveName: z.string().optional(),
      keyOps: z.array(z.string()).default([]),
      attributes,
    }),
  })
  .transform(
    ({
      properties: {
        kty,
        curveName,
        keyOps,
        attributes: { enabled },
      },
    }) => ({
      enabled,
      kind: kty,
      ...(curveName === undefined ? {} : { curve: curveName }),
      operations: keyOps,
    }),
  );

export interface VaultAsked {
  subscription: string;
  url: string;
  signingKey: string;
  /** Names. */
  secrets: string[];
  arm: Reader;
  token(scope: string): Promise<string>;
}

/** Of Resource Manager, which says whether an object is there, and of a secret never its value. */
export async function lookAtVault({ subscription, url, signingKey, secrets, arm }: VaultAsked): Promise<Seen<Vault>> {
  const about = { what: 'the key vaults', where: subscription, right: 'the role "Reader" on the subscription' };
  const path = `${subscription}/providers/Microsoft.KeyVault/vaults?api-version=${VAULTS}`;
  const listed = await arm.list(path, about, vault);
  if (listed.kind !== 'seen') return listed;
  const found = listed.value.find(({ properties }) => sameOrigin(properties.vaultUri, url));
  if (!found) return { kind: 'absent' };
  const object = <T>(type: 'secrets' | 'keys', name: string, schema: ZodType<T>): Promise<Seen<T>> => {
    const where = `${found.id}/${type}/${name}`;
    const what = `the ${type === 'keys' ? 'key' : 'secret'} "${name}" in the key vault`;
    const right = 'the role "Reader" on the key vault';
    return arm.read(`${where}?api-version=${VAULTS}`, { what, where, right }, schema);
  };
  const [signing, ...all] = await Promise.all([
    object('keys', signingKey, key),
    ...secrets.map(async (name) => [name, await object('secrets', name, secret)] as const),
  ]);
  return { kind: 'seen', value: { id: found.id, url, secrets: Object.fromEntries(all), key: signing } };
}

/** The value stays in this process: an upstream is asked with it, and it is never shown. */
export const readSecret = (asked: Pick<VaultAsked, 'url' | 'token'>, name: string): Promise<Seen<{ value: string }>> =>
  readerOf(asked).read(
    `/secrets/${name}?api-version=${OBJECTS}`,
    { what: `the secret "${name}"`, where: asked.url, right: 'the role "Key Vault Secrets User" on the key vault' },
    secretValue,
  );

const readerOf = ({ url, token }: Pick<VaultAsked, 'url' | 'token'>): Reader =>
  reader({ endpoint: url, token: () => token(scopeOf(url)) });

/** The service that the vault is of: `contoso.vault.azure.net` → `https://vault.azure.net`. So the token is good for nobody else. */
function scopeOf(url: string): string {
  const { hostname } = new URL(url);
  const service = isLoopback(hostname) ? 'vault.azure.net' : hostname.split('.').slice(1).join('.');
  return `https://${service}/.default`;
}

const sameOrigin = (a: string, b: string): boolean => URL.canParse(a) && new URL(a).origin === new URL(b).origin;

export const noLogin = (what: string, where: string, secretName: Seen<unknown>) =>
  secretName.kind === 'unseen'
    ? { ...secretName, what }
    : unseen({ what, where }, 'a secret of its login is not in the key vault');
