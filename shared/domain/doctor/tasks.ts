/** ACR tasks: those that build our images, and those that get in the way of the app. */
import type { Facts, Registry, Task } from './facts.ts';
import { valueOf, type Finding } from './finding.ts';
import type { Gate, Image } from '../policy.ts';
import { formatReference } from '../reference.ts';
import { sameId } from './roles.ts';

export function taskFindings(facts: Facts): Finding[] {
  const { policy, settings } = facts;
  const registries = Object.values(valueOf(facts.registries) ?? {});
  return registries.flatMap((registry) => {
    const tasks = valueOf(registry.tasks);
    if (!tasks) return [];
    const images = Object.values(policy.images).filter(({ host }) => host === registry.host);
    return [
      ...images.flatMap((image) => buildFindings(image, { registry, tasks })),
      ...(registry.host === settings.quarantine ? tasks.flatMap((task) => inQuarantine(task, registry)) : []),
      ...tasks.flatMap((task) => secondWriter(task, { registry, gates: Object.values(policy.gates) })),
      ...tasks.flatMap((task) => secondDeployer(task, registry)),
    ];
  });
}

const idOf = ({ id }: Registry, { name }: Task): string => `${id}/tasks/${name}`;

function buildFindings({ name, build }: Image, { registry, tasks }: { registry: Registry; tasks: Task[] }): Finding[] {
  if (!build) return [];
  const task = tasks.find((one) => sameId(one.name, build.task));
  if (!task) {
    return [
      {
        code: 'no-task',
        severity: 'error',
        what: `registry ${registry.name} has no task "${build.task}", which builds image ${name}`,
        where: `${registry.id}/tasks/${build.task}`,
        why: 'the image is not built when its base is promoted',
        fix: `az acr task create --registry ${registry.name} --name ${build.task} …, or correct "build" of the image in the policy`,
      },
    ];
  }
  const where = idOf(registry, task);
  const found: Finding[] = [];
  if (!task.enabled) {
    found.push({
      code: 'task-off',
      severity: 'error',
      what: `the task "${task.name}", which builds image ${name}, is disabled`,
      where,
      why: 'Azure refuses to run it, so the image stays on its old base',
      fix: `az acr task update --registry ${registry.name} --name ${task.name} --status Enabled`,
    });
  }
  if (task.triggers.baseImage) {
    found.push({
      code: 'own-base-image-trigger',
      severity: 'error',
      what: `the task "${task.name}", which builds image ${name}, has a base-image trigger of its own`,
      where,
      why: 'it builds a second time for every promotion, with the base by its tag and not by the promoted digest',
      fix: `az acr task update --registry ${registry.name} --name ${task.name} --base-image-trigger-enabled false`,
    });
  }
  if (registry.closed && task.agentPool === undefined) {
    found.push({
      code: 'no-agents',
      severity: 'error',
      what: `registry ${registry.name} is closed to the public network, and the task "${task.name}" has no agent pool`,
      where,
      why: 'the agents of Azure do not reach the registry, so no build is pushed',
      fix: `az acr task update --registry ${registry.name} --name ${task.name} --agent-pool <pool>`,
    });
  }
  return found;
}

function inQuarantine(task: Task, registry: Registry): Finding[] {
  const { baseImage, commits, timers } = task.triggers;
  const starts = task.enabled && (baseImage || commits || timers);
  return [
    {
      code: 'task-in-quarantine',
      severity: starts ? 'error' : 'warning',
      what: starts
        ? `the task "${task.name}" in the quarantine registry starts by itself`
        : `the quarantine registry has a task "${task.name}"`,
      where: idOf(registry, task),
      why: 'the app needs no task there; each run has a login that may change candidates, between their checks and their promotion',
      fix: `az acr task delete --registry ${registry.name} --name ${task.name}`,
    },
  ];
}

function secondWriter(task: Task, { registry, gates }: { registry: Registry; gates: Gate[] }): Finding[] {
  if (!task.enabled) return [];
  const pushed = task.pushes ? task.images.map((image) => absolute(image, registry)) : [];
  const written = gates.filter(({ to }) => {
    const tag = formatReference(to);
    return pushed.includes(tag) || pushesIn(task.content, registry).includes(tag);
  });
  return written.map(({ name, to }) => ({
    code: 'second-writer',
    severity: 'error',
    what: `the task "${task.name}" of registry ${registry.name} pushes ${formatReference(to)}, the stable tag of gate ${name}`,
    where: idOf(registry, task),
    why: 'what it builds is in use without a check; the app finds the drift and does not put it back',
    fix: `let it push another tag, or stop it: az acr task update --registry ${registry.name} --name ${task.name} --status Disabled`,
  }));
}

/** As the agent has it: without a registry, its own one. */
function absolute(image: string, { host }: Registry): string {
  const named = image.replaceAll(/\{\{\s*\.Run\.Registry\s*\}\}|\$Registry/g, host);
  const [first = ''] = named.split('/');
  return named.includes('/') && /[.:]|^localhost$/.test(first) ? named : `${host}/${named}`;
}

/** `- push: ["{{.Run.Registry}}/node:15-alpine"]`, or a list below it, in steps that stand in the task itself. */
const pushesIn = (content: string | undefined, registry: Registry): string[] =>
  [...(content ?? '').matchAll(/\bpush\s*:\s*(\[[^\]]*\]|(?:\n\s*-\s*\S+)+)/g)].flatMap(([, list = '']) =>
    [...list.matchAll(/[^\s,'"[\]]{2,}/g)].map(([image]) => absolute(image, registry)),
  );

function secondDeployer(task: Task, registry: Registry): Finding[] {
  if (!task.enabled || !/\baz\s+(?:container\s+create|deployment\s)/.test(task.content ?? '')) return [];
  return [
    {
      code: 'second-deployer',
      severity: 'warning',
      what: `the task "${task.name}" of registry ${registry.name} deploys container groups`,
      where: idOf(registry, task),
      why: 'if one of them is an app of the policy, two write it: it may run what was not promoted, and holds do not stop it',
      fix: 'take the step out of the task; the app deploys every app of the policy',
    },
  ];
}
