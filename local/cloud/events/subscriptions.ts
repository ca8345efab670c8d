/**
 * The event subscriptions and their life: put, validated by a handshake, in force, deleted.
 *
 * A change whose handshake fails leaves the subscription as it was. A cloud that is killed during a handshake does it again.
 */
import { randomUUID } from 'node:crypto';
import type { World } from '../world.ts';
import { addressOf, refusalOf } from './destination.ts';
import { shakeHands, type HandshakeResult } from './handshake.ts';
import { MANUAL_VALIDATION_MS } from './limits.ts';
import type { Operations } from './operations.ts';
import { inForce, type Definition, type Subscription } from './subscription.ts';
import type { Send } from './webhook.ts';

export type Subscriptions = ReturnType<typeof openSubscriptions>;

/** Where a subscription is: below the resource whose events it takes, or below a system topic of that resource. */
export interface Place {
  /** Of the subscription. */
  id: string;
  name: string;
  /** Id of the resource whose events it takes. */
  topic: string;
  /** Id of the system topic. */
  systemTopic?: string;
}

/** One resource may have both kinds, with the same name. */
export const keyOf = ({ topic, systemTopic, name }: Pick<Place, 'topic' | 'systemTopic' | 'name'>): string =>
  [topic, ...(systemTopic === undefined ? [] : [systemTopic]), name].join('|').toLowerCase();

export function openSubscriptions({ world, operations, send }: { world: World; operations: Operations; send: Send }) {
  const { clock, config, log } = world;
  const kept = world.store.collection<Subscription>('events.subscriptions');
  const stopping = new AbortController();
  const underWay = new Set<Promise<void>>();
  const keep = (subscription: Subscription) => kept.put(keyOf(subscription), subscription);

  /** The subscription this handshake was for, unless it was deleted or put again meanwhile. */
  const stillAsked = ({ validation, ...subscription }: Subscription): Subscription | undefined => {
    const now = kept.get(keyOf(subscription));
    return now?.validation.code === validation.code ? now : undefined;
  };

  const validate = async (asked: Subscription): Promise<void> => {
    const { code, startedAt } = asked.validation;
    const endpointUrl = addressOf(asked.definition, config);
    if (endpointUrl === undefined)
      return conclude(asked, { kind: 'failed', reason: 'this cloud has no such function' });
    const result = await shakeHands(send, {
      endpointUrl,
      schema: asked.definition.eventDeliverySchema,
      topic: asked.topic,
      subscriptionName: asked.name,
      validationCode: code,
      validationUrl: `https://localhost:${config.ports.events}/eventsubscriptions/${asked.name.toLowerCase()}/validate?id=${code}`,
      at: startedAt,
      signal: stopping.signal,
    });
    const subscription = stillAsked(asked);
    if (subscription) conclude(subscription, result);
  };

  const conclude = (subscription: Subscription, result: HandshakeResult): void => {
    const { previous, ...rest } = subscription;
    const { operation } = subscription.validation;
    switch (result.kind) {
      case 'cancelled':
        return;
      case 'validated':
        keep({ ...rest, state: 'Succeeded' });
        operations.end(operation, { status: 'Succeeded' });
        return log('events', `subscription ${rest.name}: validated`);
      case 'awaiting-manual-action':
        keep({ ...subscription, state: 'AwaitingManualAction' });
        operations.end(operation, { status: 'Succeeded' });
        return log(
          'events',
          `subscription ${rest.name}: its endpoint did not echo the validation code; awaits its validation URL`,
        );
      case 'failed': {
        const error = refusalOf(rest.definition, result.reason);
        keep(previous ? { ...rest, state: 'Succeeded', definition: previous } : { ...rest, state: 'Failed' });
        operations.end(operation, { status: 'Failed', error });
        return log('events', `subscription ${rest.name}: ${error.message}`);
      }
    }
  };

  const startValidation = (subscription: Subscription): void => {
    const validation = validate(subscription).finally(() => underWay.delete(validation));
    underWay.add(validation);
  };

  return {
    get: (key: string): Subscription | undefined => kept.get(key),

    /** Those that take events of this resource. */
    of: (topic: string): Subscription[] => kept.entries(`${topic.toLowerCase()}|`).map(({ value }) => value),

    put(place: Place, definition: Definition): { subscription: Subscription; created: boolean } {
      const before = kept.get(keyOf(place));
      const previous = before && inForce(before);
      const subscription: Subscription = {
        id: before?.id ?? place.id,
        name: before?.name ?? place.name,
        topic: place.topic.toLowerCase(),
        ...(place.systemTopic === undefined ? {} : { systemTopic: place.systemTopic }),
        state: previous ? 'Updating' : 'Creating',
        definition,
        ...(previous ? { previous } : {}),
        validation: { code: randomUUID(), operation: operations.start(), startedAt: clock.now() },
      };
      keep(subscription);
      startValidation(subscription);
      return { subscription, created: !before };
    },

    delete: (key: string): void => void kept.delete(key),

    /** Somebody opened the validation URL. */
    confirm(code: string): 'confirmed' | 'expired' | 'unknown' {
      const found = kept.entries().find(({ value }) => value.validation.code === code)?.value;
      if (found?.state !== 'AwaitingManualAction') return 'unknown';
      if (clock.now() - found.validation.startedAt > MANUAL_VALIDATION_MS) return 'expired';
      conclude(found, { kind: 'validated' });
      return 'confirmed';
    },

    start(): void {
      for (const { value } of kept.entries()) {
        if (value.state === 'Creating' || value.state === 'Updating') startValidation(value);
      }
    },

    async stop(): Promise<void> {
      stopping.abort();
      await Promise.allSettled(underWay);
    },
  };
}
