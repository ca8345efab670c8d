/**
 * Which app is talked to, and as whom: one in Azure by its address, with a token of Microsoft Entra ID; or the local one, whose addresses and
 * people stand in `.local/endpoints.json` of this folder or one above.
 */
import { isLoopback } from '../../shared/loopback.ts';
import { WrongUse, type Terminal } from '../command.ts';
import { findLocalSystem, type LocalSystem } from './local-system.ts';

const text = { type: 'string' } as const;
/** The options of every command that talks to the app. */
export const appOptions = { app: text, scope: text, as: text, json: { type: 'boolean' } } as const;

export const APP_HELP = `  --as <name>       who you are: one of the people of the local system (without it, the operator of this machine)
  --app <url>       an app in Azure, in place of the local one; or GATED_IMPORT_APP in the environment
  --scope <uri>     what to sign in for there, its Application ID URI (api://…); or GATED_IMPORT_SCOPE
  --json            the answer as JSON, for programs`;

export interface Where {
  /** Without a slash at its end. */
  url: string;
  /** What goes into `authorization`; missing: nobody in particular. */
  token?: () => Promise<string>;
}

export interface Asked {
  app?: string | undefined;
  scope?: string | undefined;
  as?: string | undefined;
}

/** Throws `WrongUse`, and an error where there is no app to be found. */
export function whereIs(asked: Asked, terminal: Terminal): Where {
  const { environment, folder, signIn } = terminal;
  const app = asked.app ?? environment['GATED_IMPORT_APP'];
  if (app === undefined) return local(asked, findLocalSystem(folder));

  if (asked.as !== undefined) throw new WrongUse('--as is for the local system; in Azure you are who you sign in as');
  const url = addressOf(app);
  const scope = asked.scope ?? environment['GATED_IMPORT_SCOPE'];
  const home = isLoopback(url.host);
  if (url.protocol !== 'https:' && !home) throw new WrongUse(`--app: "${app}" is not https://`);
  const place = url.href.replace(/\/+$/, '');
  if (scope !== undefined) return { url: place, token: () => signIn(scoped(scope)) };
  if (home) return { url: place };
  throw new WrongUse('--scope is missing: the Application ID URI of the app, api://…, to sign in for');
}

function addressOf(app: string): URL {
  const url = URL.parse(app);
  if (url && /^https?:$/.test(url.protocol) && url.search === '' && url.username === '') return url;
  throw new WrongUse(`--app: "${app}" is no address; write https://<function app>.azurewebsites.net`);
}

/** A token is for an application, with all that was consented to. */
const scoped = (uri: string): string => (uri.endsWith('/.default') ? uri : `${uri.replace(/\/$/, '')}/.default`);

function local({ as, scope }: Asked, system: LocalSystem | undefined): Where {
  if (!system) {
    throw new Error(
      'no app was found: start the local one with "npm start" and call this in its folder, or name one with --app <url>',
    );
  }
  if (scope !== undefined) throw new WrongUse('--scope goes with --app');
  const { app: url, people } = system;
  if (as === undefined) return { url };
  const named = people.filter(({ name }) => name.toLowerCase() === as.toLowerCase());
  const alike = people.filter(({ name }) => name.toLowerCase().includes(as.toLowerCase()));
  const [person, another] = named.length > 0 ? named : alike;
  if (person && !another) return { url, token: async () => person.token };
  const names = (another ? alike : people).map(({ name }) => `"${name}"`).join(', ');
  throw new WrongUse(`--as: ${another ? `several people are called "${as}"` : `nobody is called "${as}"`}: ${names}`);
}
