/** Apps: what each should run, what was done for it, and what runs; and the rollouts that bring it there. */
import type { App } from '../../../shared/domain/policy.ts';
import { readImage } from '../../../shared/ledger/image-book.ts';
import { appsOf, newestOf } from '../../activities/rollout/wanted-state.ts';
import type { Asked, Endpoint } from '../endpoint.ts';
import { appAsked, policyInForce } from '../find.ts';
import { appView, rolloutView, runsOf } from '../image-view.ts';
import { notFound } from '../problem.ts';
import { appList, appWithGroup, rolloutSeen } from '../schemas/image.ts';

export const listApps: Endpoint = {
  name: 'listApps',
  method: 'GET',
  route: 'apps',
  does: 'Lists the apps of the policy: what was deployed to each, and who holds it.',
  answer: { kind: 'json', status: 200, schema: appList },
  async handle(asked) {
    const apps = Object.values((await policyInForce(asked)).apps);
    const views = await Promise.all(
      apps.map(async (app) => {
        const book = await readImage(asked.world.ledger, runsOf(app));
        return appView(app, book.apps.get(app.name)?.value);
      }),
    );
    return { jsonBody: { apps: views } };
  },
};

export const getApp: Endpoint = {
  name: 'getApp',
  method: 'GET',
  route: 'apps/{app}',
  does: 'Says of an app what was deployed, who holds it, and what its container group is doing, with its address.',
  answer: { kind: 'json', status: 200, schema: appWithGroup },
  async handle(asked) {
    const app = await appAsked(asked);
    const book = await readImage(asked.world.ledger, runsOf(app));
    return {
      jsonBody: { ...appView(app, book.apps.get(app.name)?.value), containerGroup: await groupView(asked, app) },
    };
  },
};

/** The only read that asks Azure. What the ledger knows is worth an answer also when Azure gives none. */
async function groupView({ world }: Asked, app: App) {
  const place = { resourceGroup: app.resourceGroup, name: app.group.name };
  try {
    const group = await world.groups.read(place);
    if (!group) return { kind: 'absent' };
    const { provisioning, state, ip, fqdn, containers, events } = group;
    const address = fqdn ?? ip;
    return {
      kind: 'there',
      provisioning,
      ...(state ? { state } : {}),
      ...(address ? { address } : {}),
      ...(ip ? { ip } : {}),
      containers: containers.map((one) => ({
        name: one.name,
        image: one.image,
        ...(one.state ? { state: one.state } : {}),
        restarts: one.restarts,
      })),
      events,
    };
  } catch (error) {
    world.log.warn(
      `container group ${place.resourceGroup}/${place.name} could not be read: ${error instanceof Error ? error.message : String(error)}`,
    );
    return { kind: 'unknown', why: 'Azure did not say; the reason was logged' };
  }
}

export const getRollout: Endpoint = {
  name: 'getRollout',
  method: 'GET',
  route: 'rollouts/{id}',
  does: 'Says how far the apps of an image, or of a gate whose promotions run as they are, have come.',
  answer: { kind: 'json', status: 200, schema: rolloutSeen },
  async handle(asked) {
    const policy = await policyInForce(asked);
    const of = asked.param('id');
    const [first] = appsOf(policy, of);
    if (!first) {
      const known = [...new Set(Object.values(policy.apps).map(runsOf))];
      throw notFound(`no app runs "${of}"; there are rollouts of: ${known.join(', ') || 'nothing'}`);
    }
    const wanted = await newestOf(asked.world.ledger, first);
    return {
      jsonBody: {
        ...rolloutView(policy, of, await readImage(asked.world.ledger, of)),
        ...(wanted ? { wanted: { digest: wanted.digest, number: wanted.number } } : {}),
      },
    };
  },
};
