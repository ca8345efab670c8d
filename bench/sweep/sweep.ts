/**
 * What is measured: the sweep's own activity with the real upstreams and policy folder, over gates that all rest and have nothing to do, so
 * that every upstream is asked and nothing is started. Upstreams hold no tokens before the first sweep.
 */
import type { Stories, Surroundings } from '../../functions/activities/activity.ts';
import { sweepGates } from '../../functions/activities/sweep/sweep-gates.ts';
import { host } from '../../shared/domain/reference.ts';
import { GATE, newGate, type GateRow } from '../../shared/ledger/gate-rows.ts';
import { decidingPolicy } from '../../shared/domain/deciding-policy.ts';
import { put } from '../../shared/ledger/rows.ts';
import type { Ledger } from '../../shared/ports/ledger.ts';
import { ociUpstreams } from '../../shared/oci/upstreams.ts';
import { policiesFrom } from '../../shared/policies.ts';
import { policyFolder } from '../../shared/policy-folder.ts';
import { noTelemetry } from '../../shared/telemetry.ts';
import { fakePorts } from '../../test/fakes/ports.ts';
import type { Pushed } from './push.ts';

/** Answers the milliseconds it took. Throws when it starts anything: then it did other work too. */
export type Sweep = () => Promise<number>;

export async function restingGates({
  folder,
  images,
  ledger,
}: {
  /** Of the policy. */
  folder: string;
  /** What the upstream of each gate names. */
  images: Map<string, Pushed>;
  ledger: Ledger;
}): Promise<Sweep> {
  const world: Surroundings = {
    ...fakePorts({ upstreams: ociUpstreams(), ledger }),
    policies: policiesFrom({ reader: policyFolder(folder), settings: {}, ledger }),
    quarantine: host.parse('quarantine.example.com'),
    runnerImage: 'docker:28-cli',
    telemetry: noTelemetry,
    log: { warn: (message) => console.error(message) },
    startedAt: Date.now(),
  };
  const { policy, problems } = await world.policies.current();
  if (!policy) throw new Error(problems.join('\n'));
  const at = Date.now();
  for (const [name, { digest }] of images) {
    const gate = policy.gates[name];
    if (!gate) throw new Error(`there is no gate "${name}"`);
    const row: GateRow = {
      ...newGate,
      sequence: 1,
      upstream: { digest, since: at, sequence: 1 },
      resting: { reason: { kind: 'nothing-to-do' }, at, policy: decidingPolicy(gate) },
    };
    await ledger.write('gates', name, [put(GATE, undefined, row)]);
  }
  const sweep = sweepGates(world);

  return async () => {
    const startedAt = performance.now();
    const { started, ended } = await sweep({ gates: [...images.keys()], at }, nobody);
    const elapsedMs = performance.now() - startedAt;
    if (started.length + ended.length > 0) throw new Error(`the sweep started ${started.length} stories`);
    return elapsedMs;
  };
}

const nobody: Stories = {
  start: async () => 'started',
  running: async () => undefined,
  terminate: async () => {},
  failed: async () => [],
};
