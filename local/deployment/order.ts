/**
 * The order in which resources are put: each after all that it names. The parent of a resource and the scope of a role assignment are the
 * beginning of its id; everything else that it needs is named in its body, by id, or as the vault and the name of a secret.
 */
import type { Deployable } from './counterparts.ts';

/** As it was, but for what has to come later. Throws when resources wait for each other. */
export function inOrder(resources: Deployable[]): Deployable[] {
  const ordered: Deployable[] = [];
  const waiting = new Map(resources.map((resource) => [resource.id.toLowerCase(), resource]));
  const needs = new Map(resources.map((resource) => [resource, needed(resource, resources)]));
  while (waiting.size > 0) {
    const [next] = [...waiting].filter(([, resource]) => !needs.get(resource)?.some((id) => waiting.has(id)));
    if (!next) throw new Error(`these resources wait for each other: ${[...waiting.keys()].join(', ')}`);
    const [id, resource] = next;
    ordered.push(resource);
    waiting.delete(id);
  }
  return ordered;
}

/** Ids, in lower case. */
function needed(resource: Deployable, all: Deployable[]): string[] {
  const { id, ...body } = resource;
  const own = id.toLowerCase();
  const said = JSON.stringify(body).toLowerCase();
  return all
    .map((other) => other.id.toLowerCase())
    .filter(
      (other) => other !== own && (own.startsWith(`${other}/`) || isNamed(other, said) || isSecretIn(other, said)),
    );
}

/** Not as the beginning of a longer id. */
const isNamed = (id: string, text: string): boolean => text.includes(`${id}"`) || text.includes(`${id}'`);

function isSecretIn(id: string, text: string): boolean {
  const [, vault, name] = /^(.+\/microsoft\.keyvault\/vaults\/[^/]+)\/secrets\/([^/]+)$/.exec(id) ?? [];
  return vault !== undefined && text.includes(`getkeyvaultsecret('${vault}', '${name}')`);
}
