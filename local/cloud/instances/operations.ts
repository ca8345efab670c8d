/**
 * What can be done with a container group: create or update, start, restart, stop, delete. Answers are values; the routes make them HTTP.
 *
 * What takes long goes on after the answer, as an operation that can be asked for.
 */
import type { World } from '../world.ts';
import type { openAddresses } from './addresses.ts';
import type { Accepted, BringingUp } from './bring-up.ts';
import { labels, type Containers } from './containers.ts';
import { keyOf, timestamp, type ContainerRecord, type Groups, type StoredGroup } from './group.ts';
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

export type Place = Pick<StoredGroup, 'subscription' | 'resourceGroup' | 'name'>;

export interface Operations {
  put(place: Place, body: unknown): Promise<Accepted | Refused>;
  bringUp(key: string): Accepted | Refused;
  stop(key: string): Promise<Refused | { kind: 'stopped' }>;
  remove(key: string): Promise<StoredGroup | undefined>;
}

export function newOperations(parts: {
  world: World;
  groups: Groups;
  addresses: ReturnType<typeof openAddresses>;
  images: Images;
  containers: Containers;
  sandboxes: Sandboxes;
  turns: Turns;
  bringingUp: BringingUp;
}): Operations {
  const { world, groups, addresses, images, containers, sandboxes, turns, bringingUp } = parts;
  const { clock, log, engine } = world;

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
      return bringingUp.begin({
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
      return bringingUp.begin({ ...group, containers: group.containers.map(({ name }) => newRecord(name)) });
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
