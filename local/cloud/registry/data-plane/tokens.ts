/**
 * `/oauth2/exchange` and `/oauth2/token`: an identity token becomes a refresh token, and a refresh token, a password or a Basic header an
 * access token, which holds of what was asked for as much as the caller may do.
 */
import { randomUUID } from 'node:crypto';
import type { App } from '../../http.ts';
import type { IdentityService } from '../../world.ts';
import type { Grant, RegistryTokens } from '../jwt.ts';
import type { Registry } from '../registry.ts';
import { RegistryError } from '../registry-error.ts';
import { allowed, mayListCatalog, type Rights } from '../rights.ts';
import type { Users } from '../users.ts';
import type { Access } from './access.ts';

export function addTokenRoutes(
  app: App,
  options: {
    registry: Registry;
    users: Users;
    tokens: RegistryTokens;
    access: Access;
    identity: IdentityService;
    rightsOf: (objectId: string) => Rights;
    /** Of identity tokens, now: it depends on a policy of the registry. */
    audiences: () => string[];
  },
): void {
  const { registry, users, tokens, access, identity, rightsOf, audiences } = options;

  app.post('/oauth2/exchange', async (c) => {
    const form = await c.req.parseBody();
    refuseOtherService(registry, form['service']);
    const { grant_type: grantType, access_token: token } = form;
    // The other grant types of this endpoint carry an identity's refresh token, which no client of this cloud has.
    if (grantType !== 'access_token') throw unsupported(grantType, ['access_token']);
    const principal = typeof token === 'string' ? identity.verify(`Bearer ${token}`, audiences()) : undefined;
    if (!principal) throw unauthorized();
    const rights = rightsOf(principal.objectId);
    if (rights.length === 0) {
      registry.world.log('roles', `REFUSED ${principal.name} any token of ${registry.id}`);
      // Who has no role here learns no more than who is not known.
      throw unauthorized();
    }
    return c.json({ refresh_token: tokens.refresh(principal.objectId, rights) });
  });

  app.post('/oauth2/token', async (c) => {
    const form = await c.req.parseBody({ all: true });
    refuseOtherService(registry, form['service']);
    const { grant_type: grantType, username, password, refresh_token: refreshToken } = form;
    if (grantType !== 'refresh_token' && grantType !== 'password') {
      throw unsupported(grantType, ['refresh_token', 'password']);
    }
    const login =
      grantType === 'refresh_token'
        ? typeof refreshToken === 'string' && access.refreshed(refreshToken)
        : typeof username === 'string' && typeof password === 'string' && users.logIn(username, password);
    // A password grant without a user is how the SDK asks for anonymous pull, which no registry here allows.
    if (!login) throw unauthorized();
    const scopes = [form['scope'] ?? []].flat().filter((scope) => typeof scope === 'string');
    return c.json({ access_token: tokens.access(login.subject, granted(login.rights, scopes)) });
  });

  app.get('/oauth2/token', (c) => {
    refuseOtherService(registry, c.req.query('service'));
    const login = access.logIn(c.req.header('authorization'));
    if (!login) throw unauthorized();
    const accessToken = tokens.access(login.subject, granted(login.rights, c.req.queries('scope') ?? []));
    // Docker clients read `token`, others `access_token`.
    return c.json({ access_token: accessToken, token: accessToken });
  });
}

/** `repository:<name>:<action>,<action>` and `registry:catalog:*`, several in one text separated by spaces. */
function granted(rights: Rights, scopes: string[]): Grant[] {
  return scopes
    .flatMap((scope) => scope.split(' '))
    .flatMap((scope): Grant[] => {
      const [, type, name, actionText] = /^([a-z]+):(.+):([^:]*)$/.exec(scope) ?? [];
      if (type === undefined || name === undefined || actionText === undefined) return [];
      if (type === 'registry')
        return name === 'catalog' && mayListCatalog(rights) ? [{ type, name, actions: ['*'] }] : [];
      const asked = actionText.split(',');
      const actions = allowed(rights, name).filter((action) => asked.includes(action) || asked.includes('*'));
      return type === 'repository' && actions.length > 0 ? [{ type, name, actions }] : [];
    });
}

function refuseOtherService({ loginServer }: Registry, service: unknown): void {
  if (service === loginServer) return;
  throw new RegistryError({
    status: 400,
    code: 'UNSUPPORTED',
    message: `service must be ${loginServer}, this registry; got ${typeof service === 'string' ? service : 'none'}`,
  });
}

const unsupported = (grantType: unknown, accepted: string[]): RegistryError =>
  new RegistryError({
    status: 400,
    code: 'UNSUPPORTED',
    message: `grant_type must be one of ${accepted.join(', ')}; got ${typeof grantType === 'string' ? grantType : 'none'}`,
  });

const unauthorized = (): RegistryError =>
  new RegistryError({
    status: 401,
    code: 'UNAUTHORIZED',
    message: `authentication required, visit https://aka.ms/acr/authorization for more information. CorrelationId: ${randomUUID()}`,
  });
