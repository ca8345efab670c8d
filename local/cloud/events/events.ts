/**
 * The emulated Event Grid: system topics of resources, custom topics, and subscriptions that deliver to webhooks.
 *
 * `addArmRoutes` adds what ARM manages, `topics` is where events are posted, and between `start` and `stop` they are delivered.
 */
import { newApp, type App } from '../http.ts';
import type { EventService, IdentityService, RoleService, World } from '../world.ts';
import { createWriteBlob } from './dead-letter-blob.ts';
import { createDeadLetters } from './dead-letters.ts';
import { createDelivery } from './delivery.ts';
import { addressOf } from './destination.ts';
import { addLocalRoutes } from './local-routes.ts';
import { openOperations } from './operations.ts';
import { addPublishRoute } from './publish-route.ts';
import { createPublisher } from './publisher.ts';
import { addSubscriptionRoutes } from './subscription-routes.ts';
import { openSubscriptions } from './subscriptions.ts';
import { addSystemTopicRoutes } from './system-topic-routes.ts';
import { openSystemTopics } from './system-topics.ts';
import { addTopicRoutes, openTopics } from './topics.ts';
import { createSend } from './webhook.ts';

export interface Events extends EventService {
  addArmRoutes(arm: App): void;
  topics: App;
  start(): void;
  stop(): Promise<void>;
}

interface Dependencies {
  world: World;
  identity: IdentityService;
  roles: RoleService;
}

export function createEvents({ world, identity, roles }: Dependencies): Events {
  const send = createSend(world);
  const operations = openOperations(world);
  const topics = openTopics(world);
  const subscriptions = openSubscriptions({ world, operations, send });
  const systemTopics = openSystemTopics(world);
  const deadLetters = createDeadLetters({ world, writeBlob: createWriteBlob({ world, identity, roles }) });
  const delivery = createDelivery({
    world,
    subscriptions,
    systemTopics,
    deadLetters,
    send,
    addressOf: (definition) => addressOf(definition, world.config),
  });
  const publisher = createPublisher({ world, subscriptions, delivery });

  const app = newApp();
  addLocalRoutes(app, { publisher, delivery, deadLetters });
  app.get('/eventsubscriptions/:name/validate', (c) => {
    switch (subscriptions.confirm(c.req.query('id') ?? '')) {
      case 'confirmed':
        return c.text('Webhook successfully validated as a subscription endpoint');
      case 'expired':
        return c.text('This validation URL has expired; put the event subscription again', 410);
      case 'unknown':
        return c.text('No event subscription waits for this validation URL', 404);
    }
  });
  addPublishRoute(app, { identity, roles, topics, publisher });

  return {
    publish: (event) => publisher.publish(event.topic, [{ schema: 'EventGridSchema', event }]),
    topics: app,
    addArmRoutes(arm) {
      addTopicRoutes(arm, { world, topics });
      addSystemTopicRoutes(arm, { world, systemTopics, subscriptions, delivery });
      addSubscriptionRoutes(arm, { world, subscriptions, operations, topics, systemTopics, delivery });
    },
    start() {
      subscriptions.start();
      deadLetters.start();
      delivery.start();
    },
    async stop() {
      await Promise.all([subscriptions.stop(), delivery.stop()]);
      await deadLetters.stop();
    },
  };
}
