/** The pages of the sign-in: who there is to be, and that it is done. No script, nothing from elsewhere. */
import type { Person } from './people.ts';
import { PROVIDER } from './principal.ts';

/** `back`: where to go after it, a path of this host. */
export const signInPage = ({
  people,
  back,
  signedIn,
}: {
  people: Person[];
  back: string;
  signedIn?: Person | undefined;
}): string =>
  page(
    'Sign in',
    `<p class="lead">Who are you? In Azure, Microsoft Entra ID asks here.</p>
${signedIn ? `<p class="note">You are <strong>${text(signedIn.name)}</strong>. <a href="/.auth/logout">Sign out</a></p>` : ''}
<form method="post" action="/.auth/login/${PROVIDER}">
<input type="hidden" name="post_login_redirect_uri" value="${text(back)}">
<ul>
${people.map(button).join('\n')}
</ul>
</form>
<p class="small">Nobody has to sign in; the app decides what whoever has not may do. People and roles are in the file <code>people.json</code> of the local directory.</p>`,
  );

export const donePage = (person: Person | undefined): string =>
  person
    ? page(
        'Signed in',
        `<p class="lead">You are <strong>${text(person.name)}</strong>.</p>
<p>${badges(person)}</p>
<p>From here on the app knows you: what this browser asks of it is yours.</p>
<p><a href="/.auth/me">Who I am</a> · <a href="/.auth/login/${PROVIDER}">Be somebody else</a> · <a href="/.auth/logout">Sign out</a></p>`,
      )
    : signedOutPage();

export const signedOutPage = (): string =>
  page(
    'Signed out',
    `<p class="lead">You are nobody in particular.</p>\n<p><a href="/.auth/login/${PROVIDER}">Sign in</a></p>`,
  );

const button = (person: Person): string =>
  `<li><button name="person" value="${text(person.id)}"><span class="name">${text(person.name)}</span><span class="mail">${text(person.email)}</span><span>${badges(person)}</span></button></li>`;

const badges = ({ roles }: Person): string =>
  roles.length === 0
    ? '<span class="badge none">no role</span>'
    : roles.map((role) => `<span class="badge">${text(role)}</span>`).join(' ');

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const text = (value: string): string => value.replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --accent: #0b6bcb; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 34rem; margin: 12vh auto 4rem; padding: 0 1.25rem; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; }
.lead { margin: 0 0 1.5rem; }
.note { border-left: 3px solid var(--accent); padding-left: .75rem; }
ul { list-style: none; padding: 0; margin: 0; display: grid; gap: .6rem; }
button { display: grid; grid-template-columns: 1fr auto; align-items: center; gap: 0 1rem; width: 100%; padding: .75rem 1rem; font: inherit; text-align: left; color: inherit; background: none; border: 1px solid var(--line); border-radius: .6rem; cursor: pointer; }
button:hover, button:focus-visible { border-color: var(--accent); outline: 2px solid var(--accent); outline-offset: -1px; }
button > :last-child { grid-column: 2; grid-row: 1 / 3; }
.name { font-weight: 600; }
.mail, .small { opacity: .7; font-size: .875rem; }
.small { margin-top: 2rem; }
.badge { font-size: .8rem; padding: .15rem .6rem; border-radius: 1rem; border: 1px solid var(--accent); color: var(--accent); white-space: nowrap; }
.none { border-color: var(--line); color: inherit; opacity: .7; }
a { color: var(--accent); }
@media (prefers-color-scheme: dark) { :root { --accent: #6cb2ff; } }`;

const page = (title: string, body: string): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · local sign-in</title>
<style>${STYLE}
</style>
<h1>${title}</h1>
${body}
</html>
`;
