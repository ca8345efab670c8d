/**
 * The whole app on fake ports: the real stories and activities, a policy of one gate, one image and one app, and a clock that only the test
 * moves. What the fakes hold outlives a `play`, so a test can lose the task hub and go on with a new one.
 *
 * Played without a host, which is many times faster, unless a test wants what only a host has: `{ on: 'host' }`.
 */
import type { DatabaseSync } from 'node:sqlite';
import { askedActivities } from '../../functions/asked-activities.ts';
import type { Stories, StoryName, Surroundings } from '../../functions/activities/activity.ts';
import { spanAttributes } from '../../functions/activities/span-attributes.ts';
import { stories } from '../../orchestrations/stories.ts';
import { instanceId, SWEEP_INSTANCE_ID } from '../../shared/domain/ids.ts';
import type { Policy } from '../../shared/domain/policy.ts';
import { host, parseTagReference, repository, type Digest } from '../../shared/domain/reference.ts';
import { readCandidate, readGate } from '../../shared/ledger/gate-book.ts';
import { noTelemetry, type Telemetry } from '../../shared/telemetry.ts';
import { virtualClock } from '../../local/clock.ts';
import type { Durable } from '../../local/host/durable/durable.ts';
import { image, type Image } from '../fakes/images.ts';
import { changedActivities, changedStories, type StoryChange } from '../fixtures/next-version.ts';
import { fakePorts, type FakePorts } from '../fakes/ports.ts';
import type { Ending, FileRun } from '../fakes/runs.ts';
import { valid, type Change } from '../unit/domain/policy-fixture.ts';
import { play, START, type Script } from './harness.ts';
import { playWithoutHost, type WorldPlay } from './without-host.ts';

export const UPSTREAM = 'public.example.com/node:15-alpine';
export const STABLE = 'base.azurecr.io/node:15-alpine';
export const QUARANTINE = host.parse('quarantine.azurecr.io');
export const TEAM = { host: host.parse('team.azurecr.io'), repository: repository.parse('hello') };
export const MINUTE = 60_000;

export interface GateWorld extends WorldPlay {
  ports: FakePorts;
  surroundings: Surroundings;
  /** What the person on call was told. */
  logged: string[];
  policy: Policy;
  /** The upstream tag names this image from now on. */
  push(what: Image): Digest;
  /** Ends the newest check run with this exit code of the script, or as Azure gave it up. */
  endCheck(how: number | 'error', options?: { nonce?: string }): void;
  /** From now on every check ends at once, with the exit code that `how` gives for the candidate's digest. */
  checksAnswer(how: (digest: string) => number): void;
  gate(): Promise<NonNullable<Awaited<ReturnType<typeof readGate>>['gate']>['value']>;
  outcome(digest: Digest): Promise<unknown>;
  /** Starts a story the way a trigger does, and lets it go as far as it can now. */
  wake(story: StoryName, thing: string): Promise<void>;
  stable(): Promise<Digest | undefined>;
}

export interface WorldOptions {
  on?: 'host';
  /** What this one left outside of its task hub, and its clock. */
  from?: GateWorld;
  wrap?: Wrap;
  telemetry?: Telemetry;
  /** The task hub, for the world that goes on with it, which both are on a host for. In memory, and gone with this world, when absent. */
  database?: DatabaseSync;
  /** It runs the version of the stories that has this change, on a host. */
  next?: StoryChange;
}

export function gateWorld(
  change: Change = {},
  { on, from, wrap, telemetry = noTelemetry, database, next }: WorldOptions = {},
): GateWorld {
  const ports: FakePorts = from?.ports ?? fakePorts();
  const logged: string[] = [];
  const policy = from?.policy ?? valid({ gates: { 'soak: 3d': 'soak: 0s' }, ...change });
  ports.policies.set(policy);
  const surroundings: Surroundings = {
    ...ports,
    quarantine: QUARANTINE,
    runnerImage: 'docker:28-cli',
    startedAt: START,
    log: { warn: (message) => void logged.push(message) },
    telemetry,
  };
  const clock = from?.clock ?? virtualClock(START);
  const handed: Stories = {
    start: (...a) => current.start(...a),
    running: (...a) => current.running(...a),
    terminate: (...a) => current.terminate(...a),
    failed: (...a) => current.failed(...a),
  };
  const todays = askedActivities(surroundings);
  const registered = next ? changedActivities(todays, next, async () => ({})) : todays;
  const acting = Object.entries(registered).map(([name, activity]) => {
    const run = (request: object) =>
      telemetry.during<object>(name, spanAttributes(request), () => activity(request, handed));
    return [name, wrap ? (request: object) => wrap(name, () => run(request)) : run] as const;
  });
  const script: Script = {
    stories: next ? changedStories(stories, next) : stories,
    activities: Object.fromEntries(acting),
    clock,
    ...(database === undefined ? {} : { database }),
  };
  const played = on === 'host' || database || next ? playOnHost(script) : playWithoutHost(script);
  const current = played.stories;

  return {
    ...played,
    ports,
    surroundings,
    logged,
    policy,
    push({ manifest, config }) {
      ports.upstreams.set(UPSTREAM, manifest);
      ports.registries.putJson(config);
      return manifest.digest;
    },
    endCheck(how, { nonce } = {}) {
      const run = ports.runs.started.filter(({ quick }) => quick).at(-1);
      if (!run?.quick) throw new Error('no check was started');
      const value = nonce ?? run.quick.values.find(({ name }) => name === 'nonce')?.value;
      ports.runs.end(
        run.runId,
        how === 'error' ? { state: 'error', message: 'no agent' } : { state: 'succeeded', log: resultLog(value, how) },
      );
    },
    checksAnswer(how) {
      ports.runs.answer(({ quick, file }) => {
        if (file) return taskEnding(file, how);
        if (!quick) return undefined;
        const value = (wanted: string) => quick.values.find(({ name }) => name === wanted)?.value ?? '';
        return { state: 'succeeded', log: resultLog(value('nonce'), how(value('candidate').split('@')[1] ?? '')) };
      });
    },
    async gate() {
      const { gate } = await readGate(ports.ledger, 'node');
      if (!gate) throw new Error('the gate has no row yet');
      return gate.value;
    },
    outcome: async (digest) => (await readCandidate(ports.ledger, 'node', digest))?.row.value.settled?.outcome,
    async wake(story, thing) {
      await current.start(story, thing);
      await played.settle();
    },
    stable: () => ports.registries.digestOf(parseTagReference(STABLE)),
  };
}

/** Around every activity: a test may let the process die before or after it. */
export type Wrap = (name: string, run: () => Promise<object>) => Promise<object>;

export const green: Image = image(['base', 'green']);
export const red: Image = image(['base', 'red']);
export const blue: Image = image(['base', 'blue']);

/** As a task ends that builds from its candidate, and whose test has that exit code. */
export function taskEnding(file: FileRun, how: (digest: string) => number): Ending {
  const candidate = file.values.find(({ name }) => name === 'CANDIDATE')?.value ?? '';
  const [name = '', digest = ''] = candidate.split('@');
  if (how(digest) !== 0) return { state: 'failed', log: `Digest: ${digest}\r\nthe colour is red\r\n` };
  const record = `- image:\r\n    registry: ${QUARANTINE}\r\n    repository: test\r\n  runtime-dependency:\r\n    registry: ${QUARANTINE}\r\n    repository: ${name.slice(QUARANTINE.length + 1)}\r\n    tag: 15-alpine\r\n    digest: ${digest}\r\n  git: {}\r\n`;
  return {
    state: 'succeeded',
    log: `The following dependencies were found:\r\n${record}\r\nRun ID: ca1 was successful\r\n`,
  };
}

const resultLog = (nonce: string | undefined, code: number): string =>
  `candidate | the colour is ${code === 0 ? 'fine' : 'red'}\r\ngate-result ${nonce} ${code}\r\n`;

function playOnHost(script: Script): WorldPlay {
  const played = play(script);
  return {
    ...played,
    stories: durableStories(played.durable),
    settle: () => played.durable.settle(),
  };
}

function durableStories(durable: Durable): Stories {
  const idOf = (story: StoryName, thing: string) =>
    story === 'sweep'
      ? SWEEP_INSTANCE_ID
      : instanceId(({ runGate: 'gate', buildImage: 'build', rollOut: 'rollout' } as const)[story], thing);
  const atWork = (id: string) => {
    const status = durable.status(id);
    return status && !['Completed', 'Failed', 'Terminated'].includes(status.runtimeStatus) ? status : undefined;
  };
  return {
    async start(story, thing) {
      const id = idOf(story, thing);
      if (atWork(id)) return 'running';
      durable.start(
        story,
        id,
        story === 'runGate' ? { gate: thing } : story === 'buildImage' ? { image: thing } : { of: thing },
      );
      return 'started';
    },
    async running(story, thing) {
      const status = atWork(idOf(story, thing));
      return status && { progressAt: status.updatedAtMs };
    },
    async terminate(story, thing, why) {
      durable.terminate(idOf(story, thing), why);
    },
    async failed(since) {
      const found = durable.list({ statuses: ['Failed'] });
      return found
        .filter(({ updatedAtMs }) => updatedAtMs > since)
        .map(({ instanceId: id, output }) => `instance "${id}" failed: ${String(output).split('\n', 1).join('')}`);
    },
  };
}
