/**
 * What can be done with a container group: create or update, start, restart, stop, delete. Answers are values; the routes make them HTTP.
 *
 * What takes long goes on after the answer, as an operation that can be asked for.
 */
import { randomUUID } from 'node:crypto';
import type { Collection } from '../store.ts';
import type { World } from '../world.ts';
import type { openAddresses } from './addresses.ts';
import { labels, type Containers } from './containers.ts';
import type { Deployer } from './deploy.ts';
import {
  idOf,
  keyOf,
  timestamp,
  type ContainerRecord,
  type Groups,
  type Operation,
  type StoredGroup,
} from './group.ts';
import type { Images } from './images.ts';
import { limits } from './limits.ts';
import { parseGroup } from './parse-group.ts';
import {
  refused,
  refusedImage,
  refusedMissing,
  refusedNameTaken,
  refusedTransition,
  refusedUpdate,
  type Refused,
} from './refusals.ts';
import type { Sandboxes } from './sandbox.ts';
import type { GroupBody } from './specification.ts';
import type { Turns } from './turns.ts';
import { updateOf } from './update.ts';
import { hasEnded } from './view.ts';
import type { Watch } from './watch.ts';

export type Accepted = { kind: 'accepted'; group: StoredGroup; operation: string };
export type Place = Pick<StoredGroup, 'subscription' | 'resourceGroup' | 'name'>;

export interface Operations {
  put(place: Place, body: unknown): Promise<Accepted | Refused>;
  bringUp(key: string): Accepted | Refused;
  stop(key: string): Promise<Refused | { kind: 'stopped' }>;
  remove(key: string): Promise<StoredGroup | undefined>;
  /** After a restart of the cloud: goes on with what was under way. */
  resume(): void;
}

/** Nobody asks for an operation that ended so long ago. */
const OPERATION_KEPT_MS = 24 * 3600 * 1000;

export function newOperations(parts: {
  world: World;
  groups: Groups;
  operations: Collection<Operation>;
  addresses: ReturnType<typeof openAddresses>;
  images: Images;
  containers: Containers;
  sandboxes: Sandboxes;
  deployer: Deployer;
  turns: Turns;
  watch: Watch;
  /** The cloud ends: what is unfinished stays `Pending`, and goes on at the next start. */
  ending: AbortSignal;
}): Operations {
  const { world, groups, operations, addresses, images, containers, sandboxes, deployer, turns, watch, ending } = parts;
  const { clock, log, engine } = world;

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

  /** Writes the group as one that is being brought up, and begins. */
  const begin = (group: Omit<StoredGroup, 'operation' | 'provisioning' | 'wanted' | 'events'>): Accepted => {
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
  };

  return {
    async put(place, body) {
      const parsed = parseGroup(place.name, body);
      if ('refusal' in parsed) return refused(400, parsed.refusal.code, parsed.refusal.message);
      const asked = stored(parsed.group);
      const key = keyOf(place);
      const before = groups.get(key);
      const elsewhere = groups.entries().find(({ key: other, value }) => value.name === place.name && other !== key);
      if (elsewhere) return refusedNameTaken(place.name, elsewhere.key);
      if (before?.provisioning === 'Pending') return refusedTransition(place.name);

      // A group that has ended, was stopped, or never came up is deployed as a new one.
      const alive = before?.provisioning === 'Succeeded' && before.wanted === 'running' && !hasEnded(before);
      const update = before && alive ? updateOf(before.asked, asked) : { kind: 'in-place' as const };
      if (update.kind === 'impossible') return refusedUpdate(place.name, update.properties);
      if (before && (update.kind === 'nothing' || update.kind === 'description')) {
        return { kind: 'accepted', group: groups.change(key, () => ({ asked })), operation: before.operation };
      }
      for (const { properties } of asked.properties.containers) {
        if (await images.accessible(properties.image, asked.properties)) continue;
        return refusedImage(place.name, properties.image);
      }
      if (groups.get(key)?.provisioning === 'Pending') return refusedTransition(place.name);
      return begin({
        ...place,
        asked,
        address: addresses.of(place.name),
        containers: asked.properties.containers.map(({ name }) => newRecord(name)),
      });
    },
    bringUp(key) {
      const group = groups.get(key);
      if (!group) return refusedMissing(key);
      if (group.provisioning === 'Pending') return refusedTransition(group.name);
      return begin({ ...group, containers: group.containers.map(({ name }) => newRecord(name)) });
    },
    async stop(key) {
      const group = groups.get(key);
      if (!group) return refusedMissing(key);
      if (group.provisioning === 'Pending') return refusedTransition(group.name);
      await turns.take(key, async () => {
        groups.change(key, () => ({ wanted: 'stopped' }));
        const running = [...(await containers.running(labels.group(key)))];
        if (running.length > 0) {
          await engine.ok(['stop', '-t', String(limits.terminationGraceSeconds), ...running], {
            timeoutMs: limits.engineTimeoutMs,
          });
        }
        const now = timestamp(clock.now());
        groups.change(key, ({ containers: records }) => ({
          containers: records.map((record) => stopped(record, now)),
        }));
      });
      log('instances', `${key}: stopped`);
      return { kind: 'stopped' };
    },
    async remove(key) {
      return turns.take(key, async () => {
        const group = groups.get(key);
        if (!group) return undefined;
        await sandboxes.remove(key);
        groups.delete(key);
        log('instances', `${key}: deleted`);
        return group;
      });
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

/** As it will be read back: an update is compared with it. */
const stored = (group: GroupBody): GroupBody => JSON.parse(JSON.stringify(group)) as GroupBody;

const newRecord = (name: string): ContainerRecord => ({
  name,
  restarts: 0,
  current: { state: 'Waiting', detailStatus: '' },
  events: [],
});

const stopped = ({ restartAt: _, ...record }: ContainerRecord, now: string): ContainerRecord =>
  record.current.state === 'Terminated'
    ? record
    : {
        ...record,
        current: { ...record.current, state: 'Terminated', exitCode: 0, finishTime: now, detailStatus: 'Completed' },
      };
