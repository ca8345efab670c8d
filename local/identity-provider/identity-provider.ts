/**
 * Stands in front of the app's HTTP functions, as App Service authentication does with Microsoft Entra ID: signs people in and out under
 * `/.auth/`, and says in the principal headers who calls. Whoever shows nothing goes on as nobody ("allow unauthenticated access"); whoever
 * shows what is not good is answered 401, and never taken for nobody.
 *
 * https://learn.microsoft.com/azure/app-service/configure-authentication-customize-sign-in-out
 */
import { json, parseJson, type HostRequest, type HostResponse } from '../host/http/message.ts';
import { donePage, signedOutPage, signInPage } from './page.ts';
import type { People, Person } from './people.ts';
import { claimsOf, principalHeaders, PROVIDER } from './principal.ts';
import { issueToken, openToken, type Kind } from './token.ts';

export type Next = (request: HostRequest) => Promise<HostResponse>;
export type IdentityProvider = (request: HostRequest, next: Next) => Promise<HostResponse>;

const COOKIE = 'AppServiceAuthSession';
/** As there: https://learn.microsoft.com/azure/app-service/configure-authentication-oauth-tokens */
const SESSION_MS = 8 * 3_600_000;
const MOST_BODY_BYTES = 16 * 1024;

type Shown =
  { kind: 'nothing' } | { kind: 'bad'; what: string } | { kind: 'person'; person: Person; expiresAt?: number };

export function identityProvider({ secret, people }: People, clock: { now(): number }): IdentityProvider {
  const byId = new Map(people.map((person) => [person.id, person]));

  return async (request, next) => {
    const shown = whoIs(request);
    if (request.segments[0] === '.auth') return answer(request, shown);
    if (shown.kind === 'bad')
      return notSignedIn(`${shown.what} is not good, or no longer; sign in at /.auth/login/${PROVIDER}`);
    return next(shown.kind === 'person' ? { ...request, principal: principalHeaders(shown.person) } : request);
  };

  /** The first that is shown counts: a bearer token, the header of a client-directed sign-in, the cookie of a browser. */
  function whoIs({ headers }: HostRequest): Shown {
    const bearer = /^Bearer +(\S+)$/i.exec(headers['authorization'] ?? '')?.[1];
    if (bearer !== undefined) return open('the bearer token', 'access', bearer);
    const zumo = headers['x-zumo-auth'];
    if (zumo !== undefined) return open('the token in X-ZUMO-AUTH', 'session', zumo);
    const cookie = cookieOf(headers);
    return cookie === undefined ? { kind: 'nothing' } : open('your session', 'session', cookie);
  }

  function open(what: string, kind: Kind, token: string): Shown {
    const opened = openToken(token, { kind, secret, now: clock.now() });
    const person = opened && byId.get(opened.oid);
    return person ? { ...opened, kind: 'person', person } : { kind: 'bad', what };
  }

  async function answer(request: HostRequest, shown: Shown): Promise<HostResponse> {
    const path = request.segments.slice(1).join('/');
    const signedIn = shown.kind === 'person' ? shown.person : undefined;
    const { searchParams } = request.url;
    switch (`${request.method} ${path}`) {
      case 'GET login':
        return redirect(`/.auth/login/${PROVIDER}${request.url.search}`);
      case `GET login/${PROVIDER}`:
        return html(
          signInPage({
            people,
            signedIn,
            back: back(request, searchParams.get('post_login_redirect_uri'), '/.auth/login/done'),
          }),
        );
      case `POST login/${PROVIDER}`:
        return isJson(request) ? clientDirected(request) : signIn(request);
      case 'GET login/done':
        return html(donePage(signedIn));
      case 'GET me':
        return shown.kind === 'person'
          ? json(200, [meOf(shown)], NO_STORE)
          : notSignedIn(`sign in at /.auth/login/${PROVIDER}`);
      case 'GET logout':
        return redirect(back(request, searchParams.get('post_logout_redirect_uri'), '/.auth/logout/complete'), FORGET);
      case 'GET logout/complete':
        return html(signedOutPage());
      default:
        return problem(
          404,
          'Not found',
          `there is no ${request.method} /.auth/${path}; there are login/${PROVIDER}, me and logout`,
        );
    }
  }

  /** A person was chosen on the page. */
  async function signIn(request: HostRequest): Promise<HostResponse> {
    const form = new URLSearchParams((await request.body(MOST_BODY_BYTES)).toString('utf8'));
    const person = byId.get(form.get('person') ?? '');
    if (!person)
      return problem(400, 'Not understood', 'nobody with that id is known here; choose somebody on the page');
    const cookie = `${COOKIE}=${sessionOf(person)}; Path=/; Max-Age=${SESSION_MS / 1000}; HttpOnly; SameSite=Lax`;
    return redirect(back(request, form.get('post_login_redirect_uri'), '/.auth/login/done'), { 'set-cookie': cookie });
  }

  /** A program has a token already, and exchanges it for a session that it shows in `X-ZUMO-AUTH`. */
  async function clientDirected(request: HostRequest): Promise<HostResponse> {
    const body = parseJson(await request.body(MOST_BODY_BYTES)) as { access_token?: unknown } | undefined | null;
    const shown = open('the access token', 'access', typeof body?.access_token === 'string' ? body.access_token : '');
    if (shown.kind !== 'person')
      return notSignedIn('"access_token" is none that was made here; see the people in endpoints.json');
    return json(200, { authenticationToken: sessionOf(shown.person), user: { userId: shown.person.email } }, NO_STORE);
  }

  function sessionOf({ id }: Person): string {
    return issueToken({ oid: id, kind: 'session', expiresAt: clock.now() + SESSION_MS }, secret);
  }
}

const meOf = ({ person, expiresAt }: Extract<Shown, { kind: 'person' }>) => ({
  provider_name: PROVIDER,
  user_id: person.email,
  user_claims: claimsOf(person),
  ...(expiresAt === undefined ? {} : { expires_on: new Date(expiresAt).toISOString() }),
});

function cookieOf(headers: Record<string, string>): string | undefined {
  const cookies = (headers['cookie'] ?? '').split(/; */).map((one) => one.split('='));
  return cookies.find(([name]) => name === COOKIE)?.[1];
}

const isJson = ({ headers }: HostRequest): boolean => headers['content-type']?.includes('json') === true;

/** Only to a path of this host: a link to the sign-in must not lead anywhere else afterwards. */
function back({ url }: HostRequest, wanted: string | null, otherwise: string): string {
  if (wanted === null || !URL.canParse(wanted, url.href)) return otherwise;
  const target = new URL(wanted, url);
  return target.origin === url.origin ? `${target.pathname}${target.search}` : otherwise;
}

const NO_STORE = { 'cache-control': 'no-store' };
const FORGET = { 'set-cookie': `${COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax` };

const html = (body: string): HostResponse => ({
  status: 200,
  headers: {
    ...NO_STORE,
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy':
      "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
  },
  body,
});

const redirect = (location: string, headers: Record<string, string> = {}): HostResponse => ({
  status: 302,
  headers: { ...NO_STORE, location, ...headers },
});

/** The session, if it was that, is forgotten: the next request is nobody's. */
const notSignedIn = (detail: string): HostResponse =>
  problem(401, 'Not signed in', detail, { ...FORGET, 'www-authenticate': 'Bearer' });

const problem = (
  status: number,
  title: string,
  detail: string,
  headers: Record<string, string> = {},
): HostResponse => ({
  status,
  headers: { ...NO_STORE, 'content-type': 'application/problem+json', ...headers },
  body: JSON.stringify({ type: 'about:blank', status, title, detail }),
});
