/**
 * Tells a service of this cloud at once that something was pushed to one of its registries, without Event Grid's delivery in between.
 *
 * It is a hint to look, no more: it carries nothing, and it is lost when the cloud is killed.
 */
import type { EventService } from './world.ts';

export interface PushHints {
  onPush(listener: () => void): void;
}

const PUSHED = 'Microsoft.ContainerRegistry.ImagePushed';

/** `events`, with somebody listening. */
export function withPushHints(events: EventService): EventService & PushHints {
  const listeners: (() => void)[] = [];
  return {
    publish(event) {
      events.publish(event);
      if (event.eventType === PUSHED) for (const listener of listeners) listener();
    },
    onPush: (listener) => void listeners.push(listener),
  };
}
