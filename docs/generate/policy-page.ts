/** The reference page of the policy: every key with its type, default, meaning and an example, from the schemas that the parser reads by. */
import type { z } from 'zod';
import { jsonSchemaOf, sections } from './policy-schema.ts';

type Schema = z.core.JSONSchema.BaseSchema;

const INTRODUCTION = `# The policy

What is checked before a public image may be built on, how long it waits, and what is rebuilt and redeployed then. A folder, named by the setting
\`POLICY\`: \`gates.yaml\`, the policy files of other teams beside it (each \`*.yaml\` at the top that begins with \`version: 1\`), the scripts of the
checks, and the container group files. The files are one policy: names are unique over all of them, and one may name what another has.

\`\${NAME}\` in a text is filled in from the app's settings: those that end in \`_REGISTRY\`, and those listed in \`POLICY_VARIABLES\`. \`\${secret:name}\`
names a secret in Key Vault, and may stand only under \`upstreams\` and in container group files. Durations are \`90s\`, \`5m\`, \`72h\` or \`7d\`.

Loading reports every problem at once, with file, line and column. An invalid policy never replaces a valid one: the last valid one stays in force,
also over a restart, \`GET /api/health\` says what is wrong, and \`policyRefused\` is announced.

## Changed without a deployment

\`POLICY\` may also be the address of a container of blobs, and is in Azure: \`https://<account>.blob.core.windows.net/<container>\`, or a folder in it. \`gated-import policy push <folder> --to <address>\`
checks the folder and uploads it if it is valid ([the command line](cli.md)); the app sees it at its next round, a story that is at work included. All files are one blob, \`policy.json\`, because writing
one blob is atomic and writing a folder is not: nobody ever reads the half of an upload. An unchanged one is asked for by its ETag and not read again. While the storage does not answer, the last valid
policy stays in force, and health says since when. The app itself can only read there.

## Editors

This page and [gates.schema.json](gates.schema.json) are generated (\`npm run docs\`). For editors, begin a file with
\`# yaml-language-server: $schema=\` and the path or address of the schema.`;

const titles: Record<keyof typeof sections, string> = {
  policy: 'A policy file',
  freeze: 'A window: an entry of `freeze`',
  gate: 'A gate: `gates.<name>`',
  check: 'A check: `gates.<name>.checks.<name>`',
  probe: 'A probe: `gates.<name>.checks.<name>.probe`',
  http: 'A page: `gates.<name>.checks.<name>.probe.http`',
  tcp: 'A connection: `gates.<name>.checks.<name>.probe.tcp`',
  task: 'A task: `gates.<name>.checks.<name>.task`',
  vulnerabilities: 'A scan: `gates.<name>.checks.<name>.vulnerabilities`',
  database: 'Its database: `gates.<name>.checks.<name>.vulnerabilities.database`',
  config: 'A config: `gates.<name>.checks.<name>.config`',
  signature: 'A signature: `gates.<name>.checks.<name>.signature`',
  identity: 'An identity: `gates.<name>.checks.<name>.signature.identities[]`',
  approval: 'Approval: `gates.<name>.approval`',
  fastLane: 'The fast lane: `gates.<name>.fastLane`',
  defaults: 'Defaults: `defaults`',
  image: 'An image: `images.<name>`',
  build: 'A build: `images.<name>.build`',
  app: 'An app: `apps.<name>`',
  health: 'Health: `apps.<name>.health`',
  upstream: 'An upstream: `upstreams.<host>`',
};

const notes: Partial<Record<keyof typeof sections, string>> = {
  freeze: `Every week, as \`Fri 16:00\` to \`Mon 08:00\`, or once, as \`2026-12-24\` to \`2027-01-02\`. Windows at the top of a file are for every gate and app of that file,
and those of a gate or an app come to them; where they overlap or touch they are one. What they stop, and how to go through all the same: [freeze.md](freeze.md).`,
  check: `A check is a \`script\`, a \`probe\`, a \`task\`, a \`config\`, a \`signature\` or a \`vulnerabilities\` scan. A script runs inside the candidate: no network, no rights, read-only but for \`/tmp\`. Exit code 0 is a pass,
1 to 124 a fail; anything else is no verdict, and is asked again after 1, 10 and 60 minutes.

\`user\`, \`writable\` and \`tmpfs\` are for the sandbox of scripts and probes. They take back nothing else: there is no network, no capability and no new privilege for
anybody in it, root included, and never more than 1 GiB of memory, one processor and 256 processes. A machine that cannot do that has no verdict.`,
  probe: `The candidate is started as a service, in the same sandbox, behind its own entry point. A client in a container of its own, which shares nothing with it but the
loopback, asks it again and again until it answers as it should, or \`within\` is over. It passes if it is still up then. It may listen at any port,
also below 1024. The client's image is pinned by digest; it never sees more than the question.

\`\`\`yaml
page: { probe: { http: { path: /, port: 8080, body: Welcome } }, within: 1m, user: 101, tmpfs: [/var/cache/nginx, /run] }
cache: { probe: { run: "redis-cli ping | grep -q PONG" }, client: "docker.io/library/redis@sha256:<digest>" }
\`\`\``,
  http: `The question is \`GET <path> HTTP/1.0\` for the host \`localhost\`. An answer has 10 seconds and a mebibyte, and has to end. No redirect is followed, and there is no
TLS: for that, and for anything else, \`run\` a line in a client that can.`,
  task: `The task file is run as it is, in the quarantine registry, with two values: \`CANDIDATE\`, the candidate by digest, and \`REGISTRY_FROM_URL\`, what stands
before the upstream's repository and tag there, where the tag names the candidate while the task runs. One task of a gate runs at a time. It passes when
every step has succeeded and the log records that an image was built from the candidate, in a \`build\` step. **Nothing isolates it**: every step holds the
container socket and the login of the quarantine registry, so it needs \`unsandboxed: true\`, and its evidence says \`isolation: none\`.`,
  vulnerabilities: `What each key means for the verdict, with an example, is in [checks/vulnerabilities.md](checks/vulnerabilities.md). A file of waivers has one key, \`waivers\`: a list of \`id\`,
\`package\` (optional), \`reason\`, \`expires\` (the last day, UTC) and \`gates\` (optional).`,
  config:
    'No `ONBUILD`, and the platform that it claims, are asked always. What each key proves: [checks/config.md](checks/config.md).',
  signature:
    'Which signatures, where they are looked for, and what each mode makes of them: [checks/signature.md](checks/signature.md).',
  approval: 'See [approvals.md](approvals.md).',
  defaults: 'Of the same file only: the defaults of one team change no gate of another.',
};

export function policyPage(): string {
  const parts = Object.entries(sections).map(([section, schema]) => {
    const name = section as keyof typeof sections;
    return [`## ${titles[name]}`, ...(notes[name] ? [notes[name]] : []), table(jsonSchemaOf(schema))].join('\n\n');
  });
  return `${[INTRODUCTION, ...parts].join('\n\n')}\n`;
}

function table({ properties = {}, required = [] }: Schema): string {
  const rows = Object.entries(properties).map(([key, found]) => {
    const schema = found as Schema;
    const cells = [`\`${key}\``, typeOf(schema), defaultOf(schema, { isRequired: required.includes(key) })];
    return [...cells, schema.description ?? '', exampleOf(schema)];
  });
  const head = ['key', 'type', 'default', 'meaning', 'example'];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map(escaped).join(' | ')} |`).join('\n');
}

function typeOf(schema: Schema): string {
  if (schema.title) return schema.title;
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum) return schema.enum.map(code).join(' or ');
  if (schema.type === 'array') return `list of ${typeOf(schema.items as Schema)}`;
  if (schema.type === 'object') return 'mapping';
  if (schema.type === 'integer') return 'whole number';
  if (schema.type === 'boolean') return '`true` or `false`';
  return 'text';
}

const defaultOf = ({ default: value }: Schema, { isRequired }: { isRequired: boolean }): string =>
  value !== undefined ? code(value) : isRequired ? '**needed**' : '';

const exampleOf = ({ examples }: Schema): string =>
  Array.isArray(examples) && examples.length > 0 ? code(examples[0]) : '';

const code = (value: unknown): string => `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;

const escaped = (cell: string): string => cell.replaceAll('|', '\\|');
