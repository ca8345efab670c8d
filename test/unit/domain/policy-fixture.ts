/** A small policy that is right, and ways to make it wrong: each row of a table test is one change and what is said about it. */
import { createHash } from 'node:crypto';
import { formatProblem, parsePolicy } from '../../../shared/domain/parse-policy.ts';
import type { ParsedPolicy } from '../../../shared/domain/parse-policy.ts';
import type { Policy } from '../../../shared/domain/policy.ts';

export const GATES = `version: 1
gates:
  node:
    from: \${PUBLIC_REGISTRY}/node:15-alpine
    to: \${BASE_REGISTRY}/node:15-alpine
    checks:
      functional: { script: checks/node.sh, timeout: 4m }
    soak: 3d
images:
  hello:
    repository: \${TEAM_REGISTRY}/hello
    build: { task: hello-build, pass: { BASE_IMAGE: node } }
apps:
  web:
    runs: hello
    group: apps/web.yaml
    resourceGroup: web-rg
    health: { port: 8080, within: 90s }
`;

export const GROUP = `name: web
location: westeurope
properties:
  containers:
    - name: web
      properties:
        image: \${TEAM_REGISTRY}/hello:1
`;

export const SETTINGS = {
  PUBLIC_REGISTRY: 'public.example.com',
  BASE_REGISTRY: 'base.azurecr.io',
  TEAM_REGISTRY: 'team.azurecr.io',
};

export interface Change {
  /** Each text, which has to be there, and what takes its place. */
  gates?: Record<string, string>;
  group?: Record<string, string>;
  /** Added, replaced, or with `undefined` removed. */
  files?: Record<string, string | undefined>;
  settings?: Record<string, string>;
}

export const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

export function parse({ gates = {}, group = {}, files = {}, settings = SETTINGS }: Change = {}): ParsedPolicy {
  const all: Record<string, string | undefined> = {
    'gates.yaml': edit(GATES, gates),
    'apps/web.yaml': edit(GROUP, group),
    'checks/node.sh': 'node --version\n',
    ...files,
  };
  const present = Object.entries(all).flatMap(([path, text]) => (text === undefined ? [] : [{ path, text }]));
  return parsePolicy({ files: present, settings, hash });
}

/** Each change is parsed once: hundreds of tests want the same policy, and nobody changes one. */
export function valid(change: Change = {}): Policy {
  const key = JSON.stringify(change, (_, value: unknown) => value ?? null);
  const known = policies.get(key);
  if (known) return known;
  const parsed = parse(change);
  if (parsed.kind === 'invalid') throw new Error(parsed.problems.map(formatProblem).join('\n'));
  policies.set(key, parsed.policy);
  return parsed.policy;
}

const policies = new Map<string, Policy>();

/** The problems, as a person reads them; none if the policy is valid. */
export function problemsOf(change: Change): string[] {
  const parsed = parse(change);
  return parsed.kind === 'invalid' ? parsed.problems.map(formatProblem) : [];
}

function edit(text: string, changes: Record<string, string>): string {
  return Object.entries(changes).reduce((edited, [from, to]) => {
    if (!edited.includes(from)) throw new Error(`The fixture has no "${from}".`);
    return edited.replace(from, () => to);
  }, text);
}
