/** Bringing a container group up: written as pending, deployed in the background in its turn, and gone on with after a restart of the cloud. */
import { randomUUID } from 'node:crypto';
import type { Collection } from '../store.ts';
import type { World } from '../world.ts';
import type { Deployer } from './deploy.ts';
import { idOf, keyOf, type Groups, type Operation, type StoredGroup } from './group.ts';
import type { Turns } from './turns.ts';
import type { Watch } from './watch.ts';

export type Accepted = { kind: 'accepted'; group: StoredGroup; operation: string };

/** A group as it is asked for; the rest is how far it has come. */
type Asked = Omit<StoredGroup, 'operation' | 'provisioning' | 'wanted' | 'events'>;

export interface BringingUp {
  /** Writes the group as one that is being brought up, and begins. */
  begin(group: Asked): Accepted;
  /** After a restart of the cloud: goes on with what was under way. */
  resume(): void;
}

/** Nobody asks for an operation that ended so long ago. */
const OPERATION_KEPT_MS = 24 * 3600 * 1000;

export function newBringingUp(parts: {
  world: World;
  groups: Groups;
  operations: Collection<Operation>;
  deployer: Deployer;
  turns: Turns;
  watch: Watch;
  /** The cloud ends: what is unfinished stays `Pending`, and goes on at the next start. */
  ending: AbortSignal;
}): BringingUp {
  const { world, groups, operations, deployer, turns, watch, ending } = parts;
  const { clock, log } = world;

  /** Goes on in the background, in the group's turn. */
  const deploy = (key: string, operation: string) => {
    const isLatest = () => groups.get(key)?.operation === operation;
    const finish = (outcome: Pick<Operation, 'status' | 'error'>) => {
      const known = operations.get(operation);
      if (known) operations.put(operation, { ...known, ...outcome });
      if (isLatest()) groups.change(key, () => ({ provisioning: outcome.status }));
      log('instances', `${key}: provisioning ${outcome.status}${outcome.error ? `: ${outcome.error.message}` : ''}`);
      watch.start();
    };
    const failed = (message: string) =>
      finish({ status: 'Failed', error: { code: 'ContainerGroupDeploymentFailed', message } });
    void turns.take(key, async () => {
      if (!isLatest()) return failed('the group was deleted before its turn came');
      try {
        const outcome = await deployer.deploy(key);
        if (outcome.kind === 'succeeded') finish({ status: 'Succeeded' });
        else if (!ending.aborted) failed(outcome.message);
      } catch (error) {
        failed(error instanceof Error ? error.message : String(error));
      }
    });
  };

  return {
    begin(group) {
      const operation = randomUUID();
      const key = keyOf(group);
      const whole: StoredGroup = { ...group, operation, provisioning: 'Pending', wanted: 'running', events: [] };
      world.store.transaction(() => {
        groups.put(key, whole);
        operations.put(operation, {
          groupKey: key,
          groupId: idOf(whole),
          status: 'Pending',
          startTime: new Date(clock.now()).toISOString(),
        });
      });
      deploy(key, operation);
      return { kind: 'accepted', group: whole, operation };
    },
    resume() {
      const longAgo = new Date(clock.now() - OPERATION_KEPT_MS).toISOString();
      for (const { key, value } of operations.entries()) {
        const needed = value.status === 'Pending' || groups.get(value.groupKey)?.operation === key;
        if (!needed && value.startTime < longAgo) operations.delete(key);
      }
      for (const { key, value } of groups.entries()) {
        if (value.provisioning === 'Pending') deploy(key, value.operation);
      }
    },
  };
}
