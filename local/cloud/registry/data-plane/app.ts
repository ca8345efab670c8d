/** The data plane of one registry: the OCI distribution API 1.1, `/acr/v1` and `/oauth2`, on the port of that registry. */
import { randomUUID } from 'node:crypto';
import { Hono, type Context } from 'hono';
import { newApp, type App, type Env } from '../../http.ts';
import type { IdentityService } from '../../world.ts';
import type { RegistryTokens } from '../jwt.ts';
import type { Registry } from '../registry.ts';
import { RegistryError, type Refusal } from '../registry-error.ts';
import type { Rights } from '../rights.ts';
import type { Users } from '../users.ts';
import { createAccess } from './access.ts';
import { addAcrRoutes } from './acr-v1.ts';
import { addBlobRoutes } from './blobs.ts';
import { addListRoutes } from './lists.ts';
import { addManifestRoutes } from './manifests.ts';
import { registryPath } from './path.ts';
import { addTokenRoutes } from './tokens.ts';
import { addUploadRoutes } from './uploads.ts';

export function createDataPlane(options: {
  registry: Registry;
  users: Users;
  tokens: RegistryTokens;
  identity: IdentityService;
  rightsOf: (objectId: string) => Rights;
  audiences: () => string[];
}): App {
  const { registry } = options;
  const access = createAccess(options);
  const routes = newApp();

  routes.use(async (c, next) => {
    c.header('docker-distribution-api-version', 'registry/2.0');
    c.header('x-ms-correlation-request-id', randomUUID());
    c.header(
      'access-control-expose-headers',
      'Docker-Content-Digest, WWW-Authenticate, Link, X-Ms-Correlation-Request-Id',
    );
    await next();
  });
  routes.get('/v2/', access.anyone, (c) => c.json({}));
  addTokenRoutes(routes, { ...options, access });
  addListRoutes(routes, { registry, access });
  addUploadRoutes(routes, { registry, access });
  addBlobRoutes(routes, { registry, access });
  addManifestRoutes(routes, { registry, access });
  addAcrRoutes(routes, { registry, access });
  routes.onError((error, c) => {
    if (error instanceof RegistryError) return refuse(c, error.refusal);
    throw error;
  });

  // Mounted, so that refusals are answered here, and what is unknown or a bug by whoever lets the app listen.
  const app: App = new Hono<Env>({ getPath: registryPath });
  return app.route('/', routes);
}

const refuse = (c: Context<Env>, { status, code, message, detail, headers }: Refusal): Response =>
  c.json({ errors: [{ code, message, detail: detail ?? null }] }, status, headers);
