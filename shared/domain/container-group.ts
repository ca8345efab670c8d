/**
 * The container group file of an app, filled in: which digest, and the values of its secrets.
 *
 * Azure gives no secret back and resets what is left out, so a deploy always sends the whole specification, made anew from the file.
 */
import { z } from 'zod';
import type { App } from './policy.ts';
import { formatReference, isImageOf, parseReference, type Digest } from './reference.ts';

const SECRET = /\$\{secret:([A-Za-z0-9-]{1,127})\}/g;

/** Names of the secrets that a text or any text in a structure uses, each once, sorted. */
export function secretsIn(value: unknown): string[] {
  const found = new Set<string>();
  mapTexts(value, (text) => {
    for (const [, name] of text.matchAll(SECRET)) if (name) found.add(name);
    return text;
  });
  return [...found].toSorted();
}

/** The same structure with every `${secret:name}` replaced. Throws `MissingSecret` with every name that has no value. */
export function fillSecrets<T>(value: T, secrets: Record<string, string>): T {
  const missing = secretsIn(value).filter((name) => !Object.hasOwn(secrets, name));
  if (missing.length > 0) throw new MissingSecret(missing);
  return mapTexts(value, (text) => text.replaceAll(SECRET, (_, name: string) => secrets[name] ?? '')) as T;
}

export class MissingSecret extends Error {
  readonly code = 'MissingSecret';
  readonly names: string[];

  constructor(names: string[]) {
    super(
      `the key vault has no enabled secret ${names.map((name) => `"${name}"`).join(', ')}; put it there, or correct the name in the policy`,
    );
    this.names = names;
  }
}

/** The specification with the app's image at this digest; secrets are still names. */
export function withDigest(app: App, digest: Digest): App['group'] {
  const wanted = formatReference({ host: app.image.host, repository: app.image.repository, digest });
  const containers = app.group.properties.containers.map((container) =>
    isImageOf(app.image, container.properties.image)
      ? { ...container, properties: { ...container.properties, image: wanted } }
      : container,
  );
  return { ...app.group, properties: { ...app.group.properties, containers } };
}

/** The digests at which a group that runs has this app's image; a tag counts as no digest. */
export const digestsOf = (app: App, images: string[]): (Digest | undefined)[] =>
  images.filter((image) => isImageOf(app.image, image)).map((image) => parseReference(image).digest);

/** Whether a state that was healthy once may be put back today: still this group, with this app's image at that digest and at no other. */
export function acceptsState(app: App, { group, digest }: { group: Record<string, unknown>; digest: Digest }): boolean {
  const parsed = groupOfState.safeParse(group);
  if (!parsed.success || parsed.data.name !== app.group.name) return false;
  const digests = digestsOf(
    app,
    parsed.data.properties.containers.map(({ properties }) => properties.image),
  );
  return digests.length > 0 && digests.every((one) => one === digest);
}

const groupOfState = z.object({
  name: z.string(),
  properties: z.object({ containers: z.array(z.object({ properties: z.object({ image: z.string() }) })) }),
});

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapTexts(item, change)]));
  }
  return value;
}
