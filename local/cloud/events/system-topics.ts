/**
 * System topics: the names under which a resource's events can be subscribed to, with an identity for dead letters.
 *
 * Events of a resource are published with or without one, as its subscriptions may also be extensions of the resource itself.
 */
import type { World } from '../world.ts';

export interface SystemTopic {
  id: string;
  name: string;
  location: string;
  tags: Record<string, string>;
  /** Id of the resource. */
  source: string;
  topicType: string;
  /** Object id of its system-assigned identity, when it has one. */
  principalId?: string;
}

export type SystemTopics = ReturnType<typeof openSystemTopics>;

export const openSystemTopics = ({ store }: Pick<World, 'store'>) => {
  const kept = store.collection<SystemTopic>('events.system-topics');
  const all = (): SystemTopic[] => kept.entries().map(({ value }) => value);
  return {
    all,
    withId: (id: string): SystemTopic | undefined => kept.get(id.toLowerCase()),
    ofSource: (source: string): SystemTopic | undefined =>
      all().find((topic) => topic.source.toLowerCase() === source.toLowerCase()),
    put: (topic: SystemTopic): void => kept.put(topic.id.toLowerCase(), topic),
    delete: ({ id }: SystemTopic): void => void kept.delete(id.toLowerCase()),
  };
};
