/**
 * What is remembered of a container group: what was asked for, secrets included, and what its containers did. Everything is in the store, so a
 * killed cloud goes on where it stood. `view.ts` decides what of it is ever shown.
 */
import type { Collection, Store } from '../store.ts';
import type { GroupBody } from './specification.ts';

export interface StoredGroup {
  subscription: string;
  resourceGroup: string;
  name: string;
  asked: GroupBody;
  /** Its address in 127.0.0.0/8. */
  address: string;
  provisioning: 'Pending' | 'Succeeded' | 'Failed';
  wanted: 'running' | 'stopped';
  /** The operation that brings it up, or did so last. */
  operation: string;
  containers: ContainerRecord[];
  /** The engine's id of the pause container. */
  sandboxId?: string;
  events: GroupEvent[];
}

export interface ContainerRecord {
  name: string;
  /** The engine's id of the container and of its image, from the first start on. */
  containerId?: string;
  imageId?: string;
  restarts: number;
  current: ContainerState;
  previous?: ContainerState;
  events: GroupEvent[];
  /** Epoch milliseconds: it has ended, and is to be started again then. */
  restartAt?: number;
  /** The wait before the last restart, which the next one doubles. */
  backOffMs?: number;
}

export interface ContainerState {
  state: 'Waiting' | 'Running' | 'Terminated';
  startTime?: string;
  exitCode?: number;
  finishTime?: string;
  detailStatus: string;
}

export interface GroupEvent {
  count: number;
  firstTimestamp: string;
  lastTimestamp: string;
  name: string;
  message: string;
  type: 'Normal' | 'Warning';
}

export interface Operation {
  groupId: string;
  groupKey: string;
  status: 'Pending' | 'Succeeded' | 'Failed';
  startTime: string;
  error?: { code: string; message: string };
}

export interface Groups extends Collection<StoredGroup> {
  /** Throws when it is gone: whoever changes a group holds its turn in the queue. */
  change(key: string, change: (group: StoredGroup) => Partial<StoredGroup>): StoredGroup;
  changeContainer(key: string, name: string, change: (record: ContainerRecord) => Partial<ContainerRecord>): void;
}

export const keyOf = (group: { subscription: string; resourceGroup: string; name: string }): string =>
  `${group.subscription}/${group.resourceGroup}/${group.name}`.toLowerCase();

export const idOf = ({ subscription, resourceGroup, name }: StoredGroup): string =>
  `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.ContainerInstance/containerGroups/${name}`;

export const restartPolicyOf = (group: StoredGroup) => group.asked.properties.restartPolicy ?? 'Always';

/** ARM gives these times in whole seconds. */
export const timestamp = (epochMs: number): string => `${new Date(epochMs).toISOString().slice(0, 19)}Z`;

/** The same event once more counts up, as Azure shows it. */
export function withEvent(
  events: GroupEvent[],
  event: Pick<GroupEvent, 'name' | 'message' | 'type'>,
  now: number,
): GroupEvent[] {
  const at = timestamp(now);
  const known = events.find(({ name, message }) => name === event.name && message === event.message);
  if (!known) return [...events, { count: 1, firstTimestamp: at, lastTimestamp: at, ...event }];
  return events.map((other) => (other === known ? { ...known, count: known.count + 1, lastTimestamp: at } : other));
}

export function openGroups(store: Store): Groups {
  const collection = store.collection<StoredGroup>('instances.groups');
  const change: Groups['change'] = (key, changeOf) => {
    const group = collection.get(key);
    if (!group) throw new Error(`container group ${key} was deleted while it was being changed`);
    const changed = { ...group, ...changeOf(group) };
    collection.put(key, changed);
    return changed;
  };
  return {
    ...collection,
    change,
    changeContainer: (key, name, changeOf) =>
      void change(key, (group) => ({
        containers: group.containers.map((record) =>
          record.name === name ? { ...record, ...changeOf(record) } : record,
        ),
      })),
  };
}
