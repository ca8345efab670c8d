/**
 * Who calls the data plane, and whether they may.
 *
 * A refusal is always 401 with a fresh challenge that names the scope, also when a token is valid but too narrow: the Azure SDK keeps one
 * token, presents it everywhere, and asks for another only when challenged.
 */
import type { Context, MiddlewareHandler } from 'hono';
import { repository as repositorySchema } from '../../../../shared/domain/reference.ts';
import type { Env } from '../../http.ts';
import type { Grant, RegistryTokens } from '../jwt.ts';
import type { Registry } from '../registry.ts';
import { RegistryError } from '../registry-error.ts';
import { allowed, mayListCatalog, type Action, type Rights } from '../rights.ts';
import type { Users } from '../users.ts';

/** Username of logins that carry a refresh token as the password, and subject of the one that the cloud's own services have. */
export const TOKEN_USER = '00000000-0000-0000-0000-000000000000';

export interface Access {
  /** Any valid login. */
  anyone: MiddlewareHandler<Env>;
  /** One of these actions on the repository in the path. */
  to(...actions: [Action, ...Action[]]): MiddlewareHandler<Env>;
  catalog: MiddlewareHandler<Env>;
  /** Whether the caller of this request also may do that elsewhere. */
  may(c: Context<Env>, repository: string, action: Action): boolean;
  /** Login by name and password, or by refresh token, of a Basic header. */
  logIn(authorization: string | undefined): Login | undefined;
  /** Login by a refresh token alone. An identity's says who it is; what it may do is asked each time. */
  refreshed(refreshToken: string): Login | undefined;
}

export interface Login {
  subject: string;
  rights: Rights;
}

/** What is asked for in a challenge: docker clients ask for both, so that a push needs one token. */
const CHALLENGE: Record<Action, string> = {
  pull: 'pull',
  push: 'pull,push',
  delete: 'delete',
  metadata_read: 'metadata_read',
  metadata_write: 'metadata_read,metadata_write',
};

export function createAccess(options: {
  registry: Registry;
  users: Users;
  tokens: RegistryTokens;
  /** Of an identity, now. */
  rightsOf: (objectId: string) => Rights;
}): Access {
  const { registry, users, tokens, rightsOf } = options;

  const refreshed = (refreshToken: string): Login | undefined => {
    const held = tokens.readRefresh(refreshToken);
    if (!held || held.subject === TOKEN_USER) return held;
    const rights = rightsOf(held.subject);
    return rights.length > 0 ? { subject: held.subject, rights } : undefined;
  };
  const logIn = (authorization: string | undefined): Login | undefined => {
    const basic = /^basic +(.+)$/i.exec(authorization ?? '')?.[1];
    if (basic === undefined) return undefined;
    const [, username = '', password = ''] =
      /^([^:]*):(.*)$/s.exec(Buffer.from(basic, 'base64').toString('utf8')) ?? [];
    return username === TOKEN_USER ? refreshed(password) : users.logIn(username, password);
  };
  const grants = (c: Context<Env>): Grant[] | undefined => {
    const bearer = /^bearer +(.+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
    return bearer === undefined ? undefined : tokens.readAccess(bearer)?.grants;
  };
  const may = (c: Context<Env>, repository: string, action: Action): boolean => {
    const login = logIn(c.req.header('authorization'));
    if (login) return allowed(login.rights, repository).includes(action);
    return (grants(c) ?? []).some(
      (grant) => grant.type === 'repository' && grant.name === repository && grant.actions.includes(action),
    );
  };
  const challenge = (scope?: { type: string; name: string; actions: string }): RegistryError =>
    new RegistryError({
      status: 401,
      code: 'UNAUTHORIZED',
      message: 'authentication required, visit https://aka.ms/acr/authorization for more information.',
      detail: scope ? [{ Type: scope.type, Name: scope.name, Action: scope.actions }] : null,
      headers: {
        'www-authenticate':
          `Bearer realm="https://${registry.loginServer}/oauth2/token",service="${registry.loginServer}"` +
          (scope ? `,scope="${scope.type}:${scope.name}:${scope.actions}"` : ''),
      },
    });

  return {
    logIn,
    refreshed,
    may,
    async anyone(c, next) {
      if (!logIn(c.req.header('authorization')) && !grants(c)) throw challenge();
      await next();
    },
    to:
      (...actions) =>
      async (c, next) => {
        const name = repositoryName(c.req.param('name'));
        if (!actions.some((action) => may(c, name, action))) {
          throw challenge({ type: 'repository', name, actions: CHALLENGE[actions[0]] });
        }
        await next();
      },
    async catalog(c, next) {
      const login = logIn(c.req.header('authorization'));
      const granted = login
        ? mayListCatalog(login.rights)
        : (grants(c) ?? []).some((grant) => grant.type === 'registry' && grant.name === 'catalog');
      if (!granted) throw challenge({ type: 'registry', name: 'catalog', actions: '*' });
      await next();
    },
  };
}

function repositoryName(name: string | undefined): string {
  const parsed = repositorySchema.safeParse(name);
  if (parsed.success) return parsed.data;
  throw new RegistryError({
    status: 400,
    code: 'NAME_INVALID',
    message: `invalid repository name: ${parsed.error.issues[0]?.message ?? 'not valid'}`,
    detail: { name },
  });
}
