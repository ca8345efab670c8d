/** Secrets with versions, as a key vault keeps them. */
import type { Secrets } from '../../shared/ports/secrets.ts';
import { failable, type Failures } from './failures.ts';

export type FakeSecrets = Secrets &
  Failures<Secrets> & {
    /** A new version; answers its name. */
    set(name: string, value: string): string;
    /** As after `az keyvault secret set-attributes --enabled false`, for every version. */
    disable(name: string): void;
  };

export function fakeSecrets(values: Record<string, string> = {}): FakeSecrets {
  const secrets = new Map<string, { value: string; version: string }[]>();
  const set = (name: string, value: string): string => {
    const versions = secrets.get(name) ?? [];
    const version = `${versions.length + 1}`.padStart(32, '0');
    secrets.set(name, [...versions, { value, version }]);
    return version;
  };
  for (const [name, value] of Object.entries(values)) set(name, value);

  const port: Secrets = {
    async read(name, version) {
      const versions = secrets.get(name) ?? [];
      return version === undefined ? versions.at(-1) : versions.find((each) => each.version === version);
    },
  };
  return Object.assign(failable(port), { set, disable: (name: string) => void secrets.delete(name) });
}
