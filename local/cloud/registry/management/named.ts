/** What scope maps and tokens have in common: below a registry, all of a kind are listed, and a path names one of them. */
import type { Context } from 'hono';
import type { App, Env } from '../../http.ts';
import type { Registry } from '../registry.ts';
import type { Users } from '../users.ts';
import { nameAsWritten, refusing, REGISTRY_PATH, registryOf, resourceNotFound } from './answers.ts';

/** What a request is about whose path ends in the name of one. */
export const namedIn =
  ({ registries, usersOf }: { registries: Registry[]; usersOf: (registry: Registry) => Users }) =>
  (c: Context<Env>) => {
    const registry = registryOf(c, registries);
    return { registry, users: usersOf(registry), name: nameAsWritten(c) };
  };

export function addReadRoutes<T>(
  arm: App,
  options: {
    kind: 'scopemaps' | 'tokens';
    registries: Registry[];
    all: (registry: Registry) => T[];
    named: (registry: Registry, name: string) => T | undefined;
    answer: (registry: Registry, one: T) => object;
  },
): void {
  const { kind, registries, all, named, answer } = options;

  arm.get(
    `${REGISTRY_PATH}/${kind}`,
    refusing((c) => {
      const registry = registryOf(c, registries);
      return c.json({ value: all(registry).map((one) => answer(registry, one)) });
    }),
  );
  arm.get(
    `${REGISTRY_PATH}/${kind}/:name`,
    refusing((c) => {
      const registry = registryOf(c, registries);
      const name = nameAsWritten(c);
      const one = named(registry, name);
      if (!one) throw resourceNotFound(name);
      return c.json(answer(registry, one));
    }),
  );
}
