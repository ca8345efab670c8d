/** `gated-import doctor`: what in Azure, in the settings and in the policy keeps the app from its work, and what mends it. Reads alone. */
import { formatProblem } from '../../shared/domain/parse-policy.ts';
import { diagnose } from '../../shared/domain/doctor/diagnose.ts';
import { sorted, unseenFinding, type Finding } from '../../shared/domain/doctor/finding.ts';
import { readSettings } from '../../shared/settings.ts';
import { appOptions, whereIs, type Asked, type Where } from '../app/where.ts';
import { readArguments } from '../arguments.ts';
import type { Command, ExitCode, Terminal } from '../command.ts';
import { collect } from '../doctor/collect.ts';
import { sayFindings } from '../doctor/say-findings.ts';
import { findSource, type Source } from '../doctor/source.ts';
import { readPolicy } from '../policy.ts';

const HELP = `gated-import doctor <policy folder> [options]

Looks at the subscription, the settings of the app and a policy, and says what is missing or in the way: rights, the mode of registries,
tasks with triggers of their own, second writers, event subscriptions, secrets and keys, upstreams that do not answer; each with why it
matters and what mends it. Reads, and changes nothing.

  --function-app <id>  the deployed app (its resource id): its settings, and its identity
  --settings <file>    the settings, as local.settings.json has them or "az functionapp config appsettings list" prints them
                       Without either: the local system, or else the environment
  --identity <id>      object id of the identity of the app, when AZURE_CLIENT_ID does not say which it is
  --set NAME=value     a setting that the policy names as \${NAME}, in place of the app's own; may be given more than once
  --app <url>          also ask the running app for its health (the local one is asked anyway); or GATED_IMPORT_APP
  --scope <uri>        what to sign in for there, its Application ID URI (api://…); or GATED_IMPORT_SCOPE
  --as <name>          who you are at the local system
  --json               the answer as JSON, for programs

You are whoever this machine is signed in as ("az login"). "Reader" on the subscription sees nearly all of it; "Key Vault Secrets User" on the
vault lets upstreams be asked with their login, and "AcrPull" on quarantine lets its repositories be seen.

Exit code 0: nothing is wrong, but perhaps there are warnings. 1: something is wrong. 2: nothing wrong was seen, but not all could be
looked at; or not understood.`;

export const doctor: Command = {
  name: 'doctor',
  summary: 'say what in Azure, settings and policy keeps the app from its work, and what mends it',
  help: HELP,
  async run(args, terminal) {
    const text = { type: 'string' } as const;
    const own = {
      settings: text,
      'function-app': text,
      identity: text,
      set: { type: 'string', multiple: true },
    } as const;
    const { values, needed } = readArguments(args, {
      options: { ...appOptions, ...own },
      positionals: ['policy folder'],
    });
    const folder = needed('policy folder');
    const source = await findSource(values, terminal);
    const findings = await examine(folder, { asked: values, source, terminal });
    if (values.json) terminal.say(JSON.stringify({ findings }));
    else for (const line of sayFindings(findings)) terminal.say(line);
    return codeFor(findings);
  },
};

/** What is not valid is said before anything is asked with it. */
async function examine(
  folder: string,
  { asked, source, terminal }: { asked: Asked & { set?: string[] | undefined }; source: Source; terminal: Terminal },
): Promise<Finding[]> {
  const read = readSettings(source.values);
  const environment = { ...terminal.environment, ...source.values };
  const { parsed } = await readPolicy(folder, { set: asked.set }, { ...terminal, environment });
  if (read.kind === 'valid' && parsed.kind === 'valid') {
    const app = appToAsk(asked, { source, terminal });
    const refused = await signInFinding(source);
    if (refused) return [refused];
    return diagnose(await collect({ settings: read.settings, policy: parsed.policy, source, app }));
  }
  return sorted([
    ...(read.kind === 'invalid' ? read.problems.map(settingFinding) : []),
    ...(parsed.kind === 'invalid'
      ? parsed.problems.map((problem) => policyFinding(formatProblem(problem), folder))
      : []),
  ]);
}

/** Said once, and not for everything that could not be asked then. */
async function signInFinding({ token, armEndpoint }: Source): Promise<Finding | undefined> {
  try {
    await token(`${armEndpoint}/.default`);
    return undefined;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return unseenFinding({
      kind: 'unseen',
      what: 'Azure',
      where: armEndpoint,
      why,
      right: 'the role "Reader" on the subscription ("az login")',
    });
  }
}

const settingFinding = (problem: string): Finding => ({
  code: 'setting',
  severity: 'error',
  what: problem,
  where: problem.split(':', 1)[0] ?? 'the settings',
  why: 'the app does not start; nothing else was looked at',
  fix: 'correct the setting (README.md lists them all), or deploy infra/main.bicep, which sets them',
});

const policyFinding = (problem: string, folder: string): Finding => ({
  code: 'policy',
  severity: 'error',
  what: problem,
  where: folder,
  why: 'an invalid policy never replaces a valid one, and without one nothing starts; nothing else was looked at',
  fix: `correct it; gated-import check ${folder} says whether it is valid`,
});

/** The health of the app is asked where it is known how to sign in there. */
function appToAsk(asked: Asked, { source, terminal }: { source: Source; terminal: Terminal }): Where | undefined {
  const named = asked.app ?? terminal.environment['GATED_IMPORT_APP'];
  const scope = asked.scope ?? terminal.environment['GATED_IMPORT_SCOPE'];
  const deployed = source.functionApp?.id === undefined ? undefined : source.functionApp.url;
  if (named !== undefined) return whereIs(asked, terminal);
  if (deployed !== undefined) return scope === undefined ? undefined : whereIs({ ...asked, app: deployed }, terminal);
  return source.functionApp ? whereIs(asked, terminal) : undefined;
}

function codeFor(findings: Finding[]): ExitCode {
  if (findings.some(({ severity }) => severity === 'error')) return 1;
  return findings.some(({ severity }) => severity === 'unseen') ? 2 : 0;
}
