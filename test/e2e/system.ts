/**
 * One whole system for the tests of a file: own directory, free ports, real containers; a sweep every few seconds, so that nobody waits
 * long for one.
 *
 * `afterAll(() => system.destroy())` takes everything away again. What is waited for says what was seen in its place, with the end of the logs.
 */
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAsk, StillStarting, type Ask } from '../../local/demo/ask.ts';
import { missing, NotInTime, until } from '../../local/demo/until.ts';
import { GATE, NODE, STABLE_TAG } from '../../local/demo/walkthrough.ts';
import { startLocal, type Local, type LocalOptions } from '../../local/local.ts';
import { removeLocal } from '../../local/remove.ts';
import { pushUpstream } from './upstream-image.ts';

/** What `GET /api/gates/{gate}` says; the parts that tests look at. */
export interface GateSeen {
  upstream?: { digest: string };
  current?: { digest: string; subject: string; sequence: number; unique: string };
  previous?: { digest: string };
  next: { action: string; why: string };
  open: string[];
  candidates: CandidateSeen[];
}

export interface CandidateSeen {
  digest: string;
  sequence: number;
  state: 'open' | 'settled';
  outcome?: { kind: string; unique?: string };
  why?: string;
  next?: { action: string; why: string };
  trouble?: { message: string };
  evidence: Record<string, { state: string; verdict?: string; reasons?: string[]; runId?: string; attempt: number }>;
}

export interface System {
  /** The one that runs now: another after a `restart`. */
  readonly local: Local;
  readonly ask: Ask;
  /** Moves the tag that the gate follows, within milliseconds; answers the digest. The gate lets no `red` pass. */
  pushUpstream(colour: string, options?: { megabytes?: number }): Promise<string>;
  gate(): Promise<GateSeen>;
  /** Answers the candidate once it is settled with that outcome; another outcome is waited out. */
  settled(digest: string, outcome: string, options?: Within): Promise<CandidateSeen>;
  /** Answers once the stable tag in the base registry names the digest. */
  stable(digest: string, options?: Within): Promise<void>;
  /** Tags of the base registry that name the digest, without the stable one. */
  uniqueTags(digest: string): Promise<string[]>;
  /** Like `until` of the demo; the error also has what the gate says and the ends of the logs. */
  wait: typeof until;
  /** Stops everything, does what is to be done `between`, and starts it again in the same directory; from now on with these `changes`. */
  restart(between?: () => Promise<void>, changes?: Pick<LocalOptions, 'app' | 'settings'>): Promise<void>;
  destroy(): Promise<void>;
}

type Within = { withinSeconds: number };

const SWEEP_EVERY_5_SECONDS = '*/5 * * * * *';
const PROMOTED_WITHIN_SECONDS = 60;
const LAST_LINES = 25;

export async function startSystem(options: Partial<LocalOptions> = {}): Promise<System> {
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'gated-import-e2e-')));
  let changed: Pick<LocalOptions, 'app' | 'settings'> = {};
  const start = () =>
    startLocal({
      ...options,
      ...changed,
      directory,
      ports: 'free',
      settings: { SWEEP_SCHEDULE: SWEEP_EVERY_5_SECONDS, ...options.settings, ...changed.settings },
    });
  let local = await start().catch(async (error: unknown) => {
    await removeLocal(directory, { log: () => {} });
    throw error;
  });
  const ask = createAsk(local);
  const { base } = ask.registries;

  const gate = async (): Promise<GateSeen> => (await ask.app(`/api/gates/${GATE}`)) as GateSeen;
  const wait: System['wait'] = async (what, look, within) => {
    try {
      return await until(what, look, within);
    } catch (error) {
      if (error instanceof NotInTime) throw new Error(`${error.message}\n${await situation(local, gate)}`);
      throw error;
    }
  };

  return {
    get local() {
      return local;
    },
    ask,
    pushUpstream: (colour, size) => pushUpstream(local.endpoints, { colour, ...size }),
    gate,
    settled: (digest, outcome, within = { withinSeconds: PROMOTED_WITHIN_SECONDS }) =>
      wait(
        `${digest} is ${outcome}`,
        whileAway(async () => {
          const seen = await gate();
          const candidate = seen.candidates.find((one) => one.digest === digest);
          return candidate?.outcome?.kind === outcome ? candidate : missing(candidate ?? seen);
        }),
        within,
      ),
    async stable(digest, within = { withinSeconds: PROMOTED_WITHIN_SECONDS }) {
      await wait(
        `${NODE}:${STABLE_TAG} in the base registry is ${digest}`,
        whileAway(async () => {
          const now = await base.digestOf(NODE, STABLE_TAG);
          return now === digest ? true : missing(now ?? 'no such tag');
        }),
        within,
      );
    },
    async uniqueTags(digest) {
      const tags = (await base.tags(NODE)).filter((tag) => tag !== STABLE_TAG);
      const digests = await Promise.all(tags.map((tag) => base.digestOf(NODE, tag)));
      return tags.filter((_, index) => digests[index] === digest);
    },
    wait,
    async restart(between, changes = {}) {
      await local.stop();
      await between?.();
      changed = changes;
      local = await start();
    },
    destroy: () => local.destroy(),
  };
}

/** A process that was killed does not answer for a moment, or is still starting: what is waited for is then only not there yet. */
export const whileAway =
  <Found>(look: () => Promise<Found>) =>
  async (): Promise<Found | ReturnType<typeof missing>> => {
    try {
      return await look();
    } catch (error) {
      // What `fetch` throws when nobody answers, or somebody dies while answering.
      if (error instanceof StillStarting) return missing(error.message);
      if (error instanceof TypeError) return missing(`no answer: ${String(error.cause)}`);
      throw error;
    }
  };

async function situation({ endpoints, restarts }: Local, gate: () => Promise<GateSeen>): Promise<string> {
  const seen = await gate().catch((error: unknown) => `no answer: ${String(error)}`);
  const tails = await Promise.all(
    Object.entries(endpoints.logs).map(async ([name, file]) => {
      const lines = (await readFile(file, 'utf8')).trimEnd().split('\n').slice(-LAST_LINES);
      return `the end of the log of ${name}:\n  ${lines.join('\n  ')}`;
    }),
  );
  return [`restarts: ${JSON.stringify(restarts)}`, `the gate: ${JSON.stringify(seen, undefined, 2)}`, ...tails].join(
    '\n',
  );
}
