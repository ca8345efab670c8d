/** What is wrong, of everything that was looked at: pure, so that a table of facts tests it. */
import type { Facts, Registry } from './facts.ts';
import { deadLetterFindings } from './dead-letters.ts';
import { sorted, unseenFinding, valueOf, type Finding, type Seen } from './finding.ts';
import { placeFindings } from './places.ts';
import { registryFindings } from './registries.ts';
import { rightsFindings } from './rights.ts';
import { subscriptionFindings } from './subscriptions.ts';
import { taskFindings } from './tasks.ts';
import { taskRightFindings } from './task-rights.ts';
import { vaultFindings } from './vault.ts';
import { writerFindings } from './writers.ts';

export const diagnose = (facts: Facts): Finding[] =>
  sorted([
    ...policyFindings(facts),
    ...identityFindings(facts),
    ...rightsFindings(facts),
    ...writerFindings(facts),
    ...registryFindings(facts),
    ...taskFindings(facts),
    ...taskRightFindings(facts),
    ...subscriptionFindings(facts),
    ...deadLetterFindings(facts),
    ...vaultFindings(facts),
    ...topicFindings(facts),
    ...placeFindings(facts),
    ...healthFindings(facts),
    ...unseen(facts),
  ]);

const policyFindings = ({ policy }: Facts): Finding[] =>
  policy.warnings.map((warning) => ({
    code: 'policy',
    severity: 'warning',
    what: warning,
    where: 'the policy',
    why: 'it is not wrong, but it may not be meant',
    fix: 'change the policy, or leave it if it is meant',
  }));

function identityFindings(facts: Facts): Finding[] {
  const all = [['the app', facts.app, 'AZURE_CLIENT_ID'], ...pulls(facts)] as const;
  return all
    .filter(([, seen]) => seen.kind === 'absent')
    .map(([who, , named]) => ({
      code: 'no-identity',
      severity: 'error',
      what: `the identity of ${who} is not there`,
      where: named,
      why: 'nobody can sign in as it, and its rights cannot be compared',
      fix:
        who === 'the app'
          ? 'set AZURE_CLIENT_ID to the client id of the identity of the app, or name the identity with --identity'
          : 'put the id of an identity of this subscription into the container group file (azd prints PULL_IDENTITY_ID)',
    }));
}

const pulls = (facts: Facts) =>
  Object.entries(facts.pulls).map(([id, seen]) => [`container groups ${id.split('/').at(-1)}`, seen, id] as const);

function topicFindings({ topic, storage, telemetry, policyContainer, subscription }: Facts): Finding[] {
  const named = [
    ['ANNOUNCEMENTS_ENDPOINT', 'the Event Grid topic', topic],
    ['TABLES_ENDPOINT', 'the storage account', storage],
    ['POLICY', 'the storage account', policyContainer],
    ['APPLICATIONINSIGHTS_CONNECTION_STRING', 'Application Insights', telemetry],
  ] as const;
  return named
    .filter(([, , seen]) => seen?.kind === 'absent')
    .map(([setting, what]) => ({
      code: 'no-resource',
      severity: 'error',
      what: `${what} of ${setting} is not in the subscription`,
      where: subscription,
      why: 'the rights on it cannot be compared, and perhaps nothing is there',
      fix: `correct ${setting}, or sign in as somebody who may read it`,
    }));
}

function healthFindings({ health, functionApp }: Facts): Finding[] {
  const { wrong } = valueOf(health) ?? { wrong: [] };
  return wrong.map((what) => ({
    code: 'health',
    severity: 'error',
    what: `the app says: ${what}`,
    where: functionApp?.url ?? 'the app',
    why: 'it cannot do all of its work',
    fix: 'see the log of the app, and docs/architecture.md, "What a crash meets"',
  }));
}

function unseen(facts: Facts): Finding[] {
  const registries = Object.values(valueOf(facts.registries) ?? {}) as Registry[];
  const vault = valueOf(facts.vault);
  const answers = [...Object.values(facts.upstreams), ...facts.tools.map(({ answer }) => answer)];
  const all: (Seen<unknown> | undefined)[] = [
    ...answers.filter((answer) => answer.kind === 'unseen'),
    ...[facts.app, ...Object.values(facts.pulls), ...Object.values(facts.assignments), facts.definitions],
    facts.registries,
    ...registries.flatMap((each) => [each.tasks, each.subscriptions, each.holders, each.repositories, each.agentPool]),
    ...[facts.vault, ...Object.values(vault?.secrets ?? {}), vault?.key, facts.topic, facts.storage, facts.telemetry],
    facts.policyContainer,
    ...[...Object.values(facts.groups), ...Object.values(facts.resourceGroups), facts.health],
  ];
  const found = all.flatMap((seen) => (seen?.kind === 'unseen' ? [unseenFinding(seen)] : []));
  return found.filter(({ what }, index) => found.findIndex((other) => other.what === what) === index);
}
