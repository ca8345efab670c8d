/** Secrets of the key vault. One that is missing and one that is disabled are the same answer: there is nothing to use. */
import type { Secrets } from '../ports/secrets.ts';
import { ask, refusedWith } from './ask.ts';
import type { Clients } from './clients.ts';
import { neededRoles } from './needed-roles.ts';

export const azureSecrets = ({ secrets }: Pick<Clients, 'secrets'>): Secrets => ({
  async read(name, version) {
    const question = { service: 'Key Vault', what: `read the secret "${name}"`, roles: neededRoles.readSecret };
    const absent = () => undefined;
    return ask(question, async () => {
      const secret = await secrets.getSecret(name, version === undefined ? {} : { version });
      if (secret.value === undefined || secret.properties.enabled === false) return undefined;
      return { value: secret.value, version: secret.properties.version ?? '' };
    })
      .catch(refusedWith(404, absent))
      .catch(refusedWith(403, absent, 'SecretDisabled'));
  },
});
