/** Key Vault's requests on deleted secrets: list, get, recover, purge. */
import type { App } from '../http.ts';
import { deletedItem, item, notFound, type VaultAddress } from './answers.ts';
import { page } from './secret-routes.ts';
import { versionOf, type Secret, type Secrets } from './secrets.ts';

export function addDeletedRoutes(app: App, { secrets, ...vault }: VaultAddress & { secrets: Secrets }): void {
  const deleted = (name: string): Secret | undefined => {
    const secret = secrets.find(name);
    return secret?.deleted ? secret : undefined;
  };

  app.get('/deletedsecrets', (c) => {
    const items = secrets.all().filter((secret) => secret.deleted);
    return page(
      c,
      vault,
      items.map((secret) => deletedItem(vault, secret, undefined)),
    );
  });

  app.get('/deletedsecrets/:name', (c) => {
    const secret = deleted(c.req.param('name'));
    if (!secret) return notFound(c, c.req.param('name'));
    return c.json(deletedItem(vault, secret, versionOf(secret)));
  });

  app.post('/deletedsecrets/:name/recover', (c) => {
    const secret = deleted(c.req.param('name'));
    if (!secret) return notFound(c, c.req.param('name'));
    const recovered = secrets.recover(secret);
    return c.json(item(vault, recovered, versionOf(recovered)));
  });

  app.delete('/deletedsecrets/:name', (c) => {
    const secret = deleted(c.req.param('name'));
    if (!secret) return notFound(c, c.req.param('name'));
    secrets.purge(secret);
    return c.body(null, 204);
  });
}
