/** What scope maps and tokens have in common: below a registry, all of a kind are listed, and one is read by its name. */
import type { App } from '../../http.ts';
import type { Registry } from '../registry.ts';
import { nameAsWritten, refusing, REGISTRY_PATH, registryOf, resourceNotFound } from './answers.ts';

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
