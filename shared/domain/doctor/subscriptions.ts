/** Event subscriptions: whether a push that somebody waits for wakes the app, once. */
import type { Facts, Registry, Subscription } from './facts.ts';
import { valueOf, type Finding } from './finding.ts';
import { sameId } from './roles.ts';

const IMAGE_PUSHED = 'Microsoft.ContainerRegistry.ImagePushed';
const FUNCTION = /\/functions\/onImagePushed$/i;
const WEBHOOK = '/runtime/webhooks/eventgrid';
export const REPAIR = 'deploy infra/subscriptions.bicep again (azd deploy does)';

export function subscriptionFindings(facts: Facts): Finding[] {
  const registries = Object.values(valueOf(facts.registries) ?? {});
  return registries.flatMap((registry) => {
    const all = valueOf(registry.subscriptions);
    if (!all) return [];
    const ours = oursOf(registry, facts);
    return [
      ...missing(registry, { facts, ours }),
      ...ours.flatMap((one) => wrong(one, { registry, facts })),
      ...twice(registry, { facts, ours }),
      ...secondSystems(registry, { facts, all }),
    ];
  });
}

/** Those that wake the app, and the one that infra/subscriptions.bicep named like it, wherever that leads. */
export const oursOf = ({ subscriptions }: Registry, { functionApp }: Facts): Subscription[] =>
  (valueOf(subscriptions) ?? []).filter((one) => isNamedLike(functionApp, one) || leadsHere(one, functionApp));

const isNamedLike = (app: Facts['functionApp'], { name }: Subscription): boolean =>
  app?.id !== undefined && sameId(name, app.id.split('/').at(-1) ?? '');

/** Pushes to these wake something: a gate that follows it, or an image that is in it. */
function waiting({ host }: Registry, { policy }: Facts): string[] {
  return [
    ...Object.values(policy.gates)
      .filter(({ from }) => from.host === host)
      .map(({ name }) => `gate ${name}`),
    ...Object.values(policy.images)
      .filter((image) => image.host === host)
      .map(({ name }) => `image ${name}`),
  ];
}

function missing(registry: Registry, { facts, ours }: { facts: Facts; ours: Subscription[] }): Finding[] {
  const waiters = waiting(registry, facts);
  if (waiters.length === 0 || ours.length > 0) return [];
  return [
    {
      code: 'no-subscription',
      severity: 'warning',
      what: `no event subscription tells the app of pushes to registry ${registry.name}`,
      where: registry.id,
      why: `${waiters.join(', ')}: what is pushed is seen by the next sweep only`,
      fix: 'deploy infra/subscriptions.bicep with the system topic of this registry in topicIds',
    },
  ];
}

function wrong(one: Subscription, { registry, facts }: { registry: Registry; facts: Facts }): Finding[] {
  const said = problemOf(one, facts);
  if (said === undefined) return [];
  return [
    {
      code: 'wrong-subscription',
      severity: 'error',
      what: `the event subscription "${one.name}" of registry ${registry.name} ${said}`,
      where: one.id,
      why: 'pushes to this registry do not wake the app, or not all of them',
      fix: REPAIR,
    },
  ];
}

function problemOf(one: Subscription, { functionApp }: Facts): string | undefined {
  const { destination, eventTypes, subjectBeginsWith, subjectEndsWith, advancedFilters } = one;
  if (!leadsHere(one, functionApp)) {
    const to = destination.functionId ?? destination.url ?? destination.kind;
    return `delivers to ${to}, and not to the function onImagePushed of the app`;
  }
  if (eventTypes && !eventTypes.includes(IMAGE_PUSHED))
    return `takes ${eventTypes.join(', ')}, and not ${IMAGE_PUSHED}`;
  if (subjectBeginsWith !== '' || subjectEndsWith !== '' || advancedFilters > 0)
    return 'takes only some of the pushes: it has a filter beside the type of the event';
  return one.state === 'Succeeded' ? undefined : `is ${one.state}, and delivers nothing`;
}

function twice(registry: Registry, { facts, ours }: { facts: Facts; ours: Subscription[] }): Finding[] {
  const right = ours.filter((one) => problemOf(one, facts) === undefined);
  if (right.length < 2) return [];
  const kept = right.find((one) => isNamedLike(facts.functionApp, one)) ?? right[0];
  return [
    {
      code: 'two-subscriptions',
      severity: 'warning',
      what: `${right.length} event subscriptions tell the app of pushes to registry ${registry.name}: ${right.map(({ name }) => name).join(', ')}`,
      where: registry.id,
      why: 'every push is delivered, and paid for, more than once; the app looks once more each time',
      fix: right
        .filter((one) => one !== kept)
        .map(({ id }) => `az resource delete --ids ${id}`)
        .join('\n'),
    },
  ];
}

/** Where it is known which app this is: the same function of another one. */
function secondSystems(registry: Registry, { facts, all }: { facts: Facts; all: Subscription[] }): Finding[] {
  if (facts.functionApp?.id === undefined) return [];
  const others = all.filter(
    (one) =>
      !isNamedLike(facts.functionApp, one) &&
      FUNCTION.test(one.destination.functionId ?? '') &&
      !leadsHere(one, facts.functionApp),
  );
  return others.map(({ id, destination: { functionId = '' } }) => ({
    code: 'second-system',
    severity: 'warning',
    what: `another gated-import is told of pushes to registry ${registry.name}: ${functionId.replace(FUNCTION, '').split('/').at(-1)}`,
    where: id,
    why: 'if its policy promotes to the same tags, or deploys the same apps, two write them and neither sees the decisions and holds of the other',
    fix: 'compare the two policies: every stable tag, and every container group, belongs into one of them',
  }));
}

/** A webhook tells no more than its path, since its query holds a key; of an app that is not known, the name of its function has to do. */
function leadsHere({ destination }: Subscription, app: Facts['functionApp']): boolean {
  const { functionId, url } = destination;
  if (functionId !== undefined) {
    return FUNCTION.test(functionId) && (app?.id === undefined || sameId(functionId.replace(FUNCTION, ''), app.id));
  }
  if (url === undefined || !URL.canParse(url)) return false;
  const { pathname, host } = new URL(url);
  return pathname === WEBHOOK && (app?.url === undefined || new URL(app.url).host === host);
}
