/**
 * Probes the running containers of all groups. A liveness probe that has failed often enough ends its container; the restart policy says what
 * follows. A readiness probe is real but only told in the events: traffic is not kept away from a container here.
 */
import type { World } from '../world.ts';
import { askExec, askHttp } from './ask.ts';
import type { Containers } from './containers.ts';
import { withEvent, type ContainerRecord, type GroupEvent, type Groups, type StoredGroup } from './group.ts';
import { afterAnswer, firstHealth, timing, type Answer, type Health } from './health.ts';
import { limits } from './limits.ts';
import type { Sandboxes } from './sandbox.ts';
import type { Probe } from './specification.ts';
import type { Turns } from './turns.ts';

export interface Probes {
  /** Starts what is due. Answers when the next one will be (epoch milliseconds), `undefined` without any. */
  startDue(groups: { key: string; value: StoredGroup }[]): number | undefined;
  /** Resolves when no probe is under way. */
  idle(): Promise<void>;
}

const KINDS = ['Liveness', 'Readiness'] as const;
type Kind = (typeof KINDS)[number];
type Probed = {
  key: string;
  group: StoredGroup;
  record: ContainerRecord & { containerId: string };
  kind: Kind;
  probe: Probe;
};

export function newProbes(parts: {
  world: World;
  groups: Groups;
  containers: Containers;
  sandboxes: Sandboxes;
  turns: Turns;
}): Probes {
  const { world, groups, sandboxes, turns } = parts;
  const { engine, clock } = world;
  /** By kind and the engine's id of the container, so that a restarted one begins anew. */
  let healths = new Map<string, Health>();
  const underWay = new Map<string, Promise<void>>();

  const ask = async ({ group, record, probe }: Probed): Promise<Answer> => {
    if (probe.exec) return askExec(engine, record.containerId, probe.exec.command, timing(probe).timeoutSeconds);
    if (!probe.httpGet) throw new Error(`the probe of ${record.name} has neither exec nor httpGet`);
    const { httpGet } = probe;
    const published = group.asked.properties.ipAddress?.ports.some(
      ({ port, protocol = 'TCP' }) => port === httpGet.port && protocol.toUpperCase() === 'TCP',
    );
    const address = published ? group.address : (await sandboxes.find(group))?.addresses[0];
    if (address === undefined) return { kind: 'failure', message: 'the container has no address' };
    return askHttp(clock, address, { ...probe, httpGet });
  };

  const judge = async (probed: Probed, id: string, answer: Answer) => {
    const { key, record, kind, probe } = probed;
    const health = healths.get(id);
    if (!health || !isCurrent(groups, probed)) return;
    const after = afterAnswer(probe, health, answer, clock.now());
    healths.set(id, after);
    if (answer.kind === 'success') return;
    const event = (name: string, message: string, type: GroupEvent['type']) =>
      groups.changeContainer(key, record.name, ({ events }) => ({
        events: withEvent(events, { name, message, type }, clock.now()),
      }));
    event('Unhealthy', `${kind} probe failed: ${answer.message}`, 'Warning');
    if (kind !== 'Liveness' || !after.unhealthy) return;
    event('Killing', `Killing container ${record.name}: its liveness probe failed`, 'Normal');
    const grace = String(limits.terminationGraceSeconds);
    await engine.exec(['stop', '-t', grace, record.containerId], { timeoutMs: limits.engineTimeoutMs });
  };

  const probeOnce = async (probed: Probed, id: string) => {
    const answer = await ask(probed);
    await turns.take(probed.key, () => judge(probed, id, answer));
  };

  return {
    startDue(all) {
      const probed = all.flatMap(({ key, value }) => probesOf(key, value));
      const before = healths;
      healths = new Map(
        probed.map((one) => [
          idOf(one),
          before.get(idOf(one)) ?? firstHealth(one.probe, Date.parse(one.record.current.startTime ?? '')),
        ]),
      );
      for (const one of probed) {
        const id = idOf(one);
        if (underWay.has(id) || (healths.get(id)?.dueAt ?? Infinity) > clock.now()) continue;
        const run = probeOnce(one, id)
          .catch((error: unknown) => world.log('instances', `probe of ${one.record.name}: ${String(error)}`))
          .finally(() => underWay.delete(id));
        underWay.set(id, run);
      }
      const waiting = [...healths].filter(([id]) => !underWay.has(id)).map(([, { dueAt }]) => dueAt);
      return waiting.length > 0 ? Math.min(...waiting) : undefined;
    },
    async idle() {
      await Promise.all(underWay.values());
    },
  };
}

function probesOf(key: string, group: StoredGroup): Probed[] {
  if (group.wanted === 'stopped') return [];
  return group.asked.properties.containers.flatMap(({ name, properties }) => {
    const record = group.containers.find((known) => known.name === name);
    const containerId = record?.containerId;
    if (!record || containerId === undefined || record.current.state !== 'Running') return [];
    const probes: Record<Kind, Probe | undefined> = {
      Liveness: properties.livenessProbe,
      Readiness: properties.readinessProbe,
    };
    return KINDS.flatMap((kind) => {
      const probe = probes[kind];
      return probe ? [{ key, group, record: { ...record, containerId }, kind, probe }] : [];
    });
  });
}

const idOf = ({ kind, record }: Probed): string => `${kind} ${record.containerId}`;

/** An answer of a container that was replaced or has ended meanwhile says nothing of the one that is there now. */
function isCurrent(groups: Groups, { key, record }: Probed): boolean {
  const current = groups.get(key)?.containers.find(({ name }) => name === record.name);
  return current?.containerId === record.containerId && current.current.state === 'Running';
}
