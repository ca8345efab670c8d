/** Upstreams that do not answer, images that run beside candidates, and the container groups of apps. */
import { digestsOf } from '../container-group.ts';
import type { App, Gate } from '../policy.ts';
import { formatReference } from '../reference.ts';
import type { Answer, Facts, Tool } from './facts.ts';
import { valueOf, type Finding } from './finding.ts';

export function placeFindings(facts: Facts): Finding[] {
  const { policy } = facts;
  return [
    ...Object.values(policy.gates).flatMap((gate) => upstreamFindings(gate, facts)),
    ...loginFindings(facts),
    ...facts.tools.flatMap(toolFindings),
    ...Object.values(policy.apps).flatMap((app) => appFindings(app, facts)),
  ];
}

function upstreamFindings({ name, from }: Gate, { upstreams }: Facts): Finding[] {
  const answer = upstreams[name];
  const problem = answer && problemOf(answer);
  if (problem === undefined) return [];
  return [
    {
      code: 'upstream',
      severity: 'error',
      what: `the upstream of gate ${name}, ${formatReference(from)}, ${problem}`,
      where: formatReference(from),
      why: 'the gate sees nothing new, and promotes nothing, until it answers; asked from here, which may be another network than the app is in',
      fix: `correct "from" of the gate, or the login for ${from.host} under "upstreams" (docs/upstreams.md)`,
    },
  ];
}

function problemOf(answer: Answer): string | undefined {
  switch (answer.kind) {
    case 'gone':
      return 'is not there';
    case 'unreachable':
      return `does not answer: ${answer.message}`;
    case 'at':
    case 'unseen':
      return undefined;
  }
}

/** Docker Hub counts pulls by address without a login, and importImage pulls from addresses that Azure shares. */
function loginFindings({ policy }: Facts): Finding[] {
  const gates = Object.values(policy.gates).filter(({ from }) => from.host === 'docker.io');
  if (gates.length === 0 || policy.upstreams['docker.io']) return [];
  return [
    {
      code: 'no-login',
      severity: 'warning',
      what: `Docker Hub is asked without a login (${gates.map(({ name }) => `gate ${name}`).join(', ')})`,
      where: 'docker.io',
      why: '100 pulls in six hours are shared by all who come from the same address of Azure, so that an intake may be refused',
      fix: 'add docker.io under "upstreams" of the policy, with an access token in the key vault (docs/upstreams.md)',
    },
  ];
}

function toolFindings({ named, image, answer }: Tool): Finding[] {
  const reference = formatReference(image);
  const problem = problemOf(answer);
  const found: Finding[] = [];
  if (!image.digest) {
    found.push({
      code: 'tool-by-tag',
      severity: 'warning',
      what: `${named} is ${reference}, by its tag`,
      where: reference,
      why: 'whoever can move the tag changes what checks say',
      fix: `import it by digest into a registry of yours, and set ${named} to <host>/<repository>@sha256:<digest>`,
    });
  }
  if (problem !== undefined) {
    found.push({
      code: 'tool',
      severity: 'error',
      what: `${named}, ${reference}, ${problem}`,
      where: reference,
      why: 'the checks that run with it end undecided',
      fix: `correct ${named}, or put the image there`,
    });
  }
  return found;
}

function appFindings(app: App, facts: Facts): Finding[] {
  const { resourceGroup, group } = app;
  const scope = `${facts.subscription}/resourceGroups/${resourceGroup}`;
  const where = `${scope}/providers/Microsoft.ContainerInstance/containerGroups/${group.name}`;
  if (facts.resourceGroups[resourceGroup]?.kind === 'absent') {
    return [
      {
        code: 'no-group',
        severity: 'error',
        what: `there is no resource group "${resourceGroup}", which app ${app.name} is deployed to`,
        where: scope,
        why: 'the app cannot be deployed',
        fix: `add it to appGroups in infra/main.bicepparam and deploy, or: az group create --name ${resourceGroup} --location ${group.location}`,
      },
    ];
  }
  const running = valueOf(facts.groups[app.name]);
  if (!running) return [];
  const digests = digestsOf(app, running.images);
  if (digests.length > 0 && digests.every((digest) => digest !== undefined)) return [];
  return [
    {
      code: 'second-deployer',
      severity: 'warning',
      what: `the container group of app ${app.name} runs ${running.images.join(', ')}, which the app did not deploy`,
      where,
      why: 'somebody else writes it as well: it may run what was not promoted, and the next rollout takes it back',
      fix: `find who deploys it (az monitor activity-log list --resource-id ${where}), and stop that`,
    },
  ];
}
