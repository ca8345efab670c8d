/**
 * The managed identity endpoint of App Service and Functions (api-version 2019-08-01), plain http as there.
 *
 * `IDENTITY_ENDPOINT` of a process names it, and `IDENTITY_HEADER` is the secret that says which principal the process is. Sign-in with a
 * client secret is not emulated: the principals here have none.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context } from 'hono';
import { newApp, type App, type Env } from '../http.ts';
import type { CloudConfig, IdentityService, World } from '../world.ts';
import { TOKEN_LIFETIME_SECONDS } from './limits.ts';

type ConfiguredPrincipal = CloudConfig['principals'][number];

export function createEndpoint({ world, identity }: { world: World; identity: IdentityService }): App {
  const { config, clock } = world;
  const app = newApp();

  app.get('/msi/token', (c) => {
    const header = c.req.header('x-identity-header');
    const principal = config.principals.find(
      ({ identityHeader }) => header !== undefined && same(identityHeader, header),
    );
    if (!principal) return refuse(c, 401, 'the X-IDENTITY-HEADER is missing or belongs to no principal of this cloud');
    const resource = c.req.query('resource');
    if (!resource) return refuse(c, 400, "the query parameter 'resource' is required");
    const otherIdentity = namesOtherIdentity(c, principal);
    if (otherIdentity) {
      return refuse(
        c,
        400,
        `No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId: ${otherIdentity}`,
      );
    }

    return c.json({
      access_token: identity.issue(principal, resource),
      expires_on: String(Math.floor(clock.now() / 1000) + TOKEN_LIFETIME_SECONDS),
      resource,
      token_type: 'Bearer',
      client_id: principal.clientId,
    });
  });

  app.get('/:tenant/v2.0/.well-known/openid-configuration', refuseSignIn);
  app.post('/:tenant/oauth2/v2.0/token', refuseSignIn);
  return app;
}

/** The client id, object id or resource id that was asked for, when it is not this principal's. */
function namesOtherIdentity(c: Context<Env>, principal: ConfiguredPrincipal): string | undefined {
  const clientId = c.req.query('client_id');
  if (clientId !== undefined && clientId !== principal.clientId) return clientId;
  const objectId = c.req.query('principal_id') ?? c.req.query('object_id');
  if (objectId !== undefined && objectId !== principal.objectId) return objectId;
  return c.req.query('mi_res_id');
}

const refuse = (c: Context<Env>, status: 400 | 401, message: string): Response =>
  c.json({ statusCode: status, message }, status);

const refuseSignIn = (c: Context<Env>): Response =>
  c.json(
    {
      error: 'unsupported_grant_type',
      error_description:
        'The emulated Azure has managed identities only: sign-in with a client secret or as a person is not built. ' +
        'Set IDENTITY_ENDPOINT and IDENTITY_HEADER and use DefaultAzureCredential.',
    },
    501,
  );

/** Compares without telling, by its time, how much of the secret was right. */
function same(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
