/** Event Grid alone, with an ARM and a data plane to talk to, as a test of it needs them. */
import { realClock, type Clock } from '../../../local/clock.ts';
import { createEvents, type Events } from '../../../local/cloud/events/events.ts';
import { newArmApp, type App } from '../../../local/cloud/http.ts';
import { createIdentity } from '../../../local/cloud/identity/identity.ts';
import { createRoles, type Roles } from '../../../local/cloud/roles/roles.ts';
import type { CloudConfig, CloudEvent, IdentityService, World } from '../../../local/cloud/world.ts';
import { app, eventually, openTestWorld, type TestWorld } from './services.ts';

export const REGISTRY =
  '/subscriptions/33333333-3333-4333-8333-333333333333/resourceGroups/contract-rg/providers/Microsoft.ContainerRegistry/registries/base';

export interface EventSystem extends TestWorld {
  events: Events;
  identity: IdentityService;
  roles: Roles;
  /** A request to ARM; `path` begins with `/subscriptions` or is a whole URL. */
  arm(method: string, path: string, body?: object): Promise<Response>;
  /** A request to the host of the topics. */
  local(method: string, path: string, body?: object): Promise<Response>;
  /** PUTs a subscription and waits for the end of its handshake. */
  subscribe(options: { name: string; scope?: string; properties: object }): Promise<OperationEnd>;
  /** Ends Event Grid and starts it again on the same state. Its end writes nothing, so a kill would have left the same. */
  restart(): Promise<void>;
}

export interface OperationEnd {
  status: 'Succeeded' | 'Failed';
  error?: { code: string; message: string };
}

export async function openEventSystem(
  options: { clock?: Clock } & Pick<CloudConfig, 'storage' | 'functionApp'> = {},
): Promise<EventSystem> {
  const opened = await openTestWorld({ clock: options.clock ?? realClock });
  const world: World = {
    ...opened.world,
    config: { ...opened.world.config, storage: options.storage, functionApp: options.functionApp },
  };
  const identity = createIdentity({ world });
  const roles = createRoles({ world });
  roles.assign(app.objectId, 'EventGrid Data Sender', `/subscriptions/${world.config.subscription}`);
  const serve = (from: typeof world): { events: Events; armApp: App } => {
    const events = createEvents({ world: from, identity, roles });
    const armApp = newArmApp();
    events.addArmRoutes(armApp);
    return { events, armApp };
  };
  let { events, armApp } = serve(world);
  await opened.listen(events.topics, { port: world.config.ports.events });
  events.start();

  const call = async (app: App, method: string, url: string, body?: object): Promise<Response> =>
    app.request(new Request(url, { method, ...(body ? { body: JSON.stringify(body) } : {}) }));
  const arm = (method: string, path: string, body?: object) =>
    call(armApp, method, new URL(path, `https://localhost:${world.config.ports.arm}`).href, body);

  return {
    ...opened,
    identity,
    roles,
    get events() {
      return events;
    },
    arm,
    local: (method, path, body) =>
      call(events.topics, method, `https://localhost:${world.config.ports.events}${path}`, body),
    async subscribe({ name, scope = REGISTRY, properties }) {
      const put = await arm('PUT', subscriptionPath(scope, name), { properties });
      if (put.status >= 400) throw new Error(`PUT was answered ${put.status}: ${await put.text()}`);
      const operation = put.headers.get('azure-asyncoperation') ?? '';
      return eventually(async () => {
        const state = (await (await arm('GET', operation)).json()) as OperationEnd | { status: 'InProgress' };
        return state.status === 'InProgress' ? undefined : state;
      });
    },
    async restart() {
      await events.stop();
      ({ events, armApp } = serve({ ...opened.again(), config: world.config }));
      events.start();
    },
    async close() {
      await events.stop();
      await opened.close();
    },
  };
}

/** A resource id as a subscription names it. */
export const shownTopic = (id: string): string => id.toLowerCase().replace('/resourcegroups/', '/resourceGroups/');

export const subscriptionPath = (scope: string, name: string): string =>
  `${scope}/providers/Microsoft.EventGrid/eventSubscriptions/${name}?api-version=2022-06-15`;

export const webHook = (endpointUrl: string): object => ({ endpointType: 'WebHook', properties: { endpointUrl } });

export const pushed = (subject: string): CloudEvent => ({
  id: `event-of-${subject}`,
  topic: REGISTRY,
  subject,
  eventType: 'Microsoft.ContainerRegistry.ImagePushed',
  eventTime: '2026-09-01T10:00:00.000Z',
  data: { action: 'push', target: { repository: 'node', tag: '15-alpine' } },
  dataVersion: '2.0',
  metadataVersion: '1',
});
