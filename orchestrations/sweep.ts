/**
 * Asks every upstream, and starts again whatever is due, changed, lost or stuck. Losing every event only delays work until here.
 *
 * Instance id `sweep`; the timer ends one that makes no progress before it starts the next.
 */
import type { OrchestrationContext } from 'durable-functions';
import * as steps from './steps.ts';
import { now, type Story } from './story.ts';

/** Gates asked by one activity: short enough to be repeated, long enough to keep the history small. */
const BATCH = 100;
/** Fewer where each gate is several questions. */
const UPKEEP_BATCH = 20;

export function* sweep(context: OrchestrationContext): Story<{ started: string[]; ended: string[] }> {
  const at = now(context);
  yield* steps.announcePolicy(context, { at });
  const { gates, images, rollouts, problems, upkeep } = yield* steps.findWork(context, { at });
  const sweptGates = yield* steps.sweepGates(
    context,
    inBatches(gates, BATCH).map((batch) => ({ gates: batch, at })),
  );
  const sweptImages = yield* steps.sweepImages(context, { images, rollouts, at });
  const found = upkeep ? yield* lookAfter(context, gates, at) : [];

  const all = [...sweptGates, sweptImages];
  const swept = { started: all.flatMap(({ started }) => started), ended: all.flatMap(({ ended }) => ended) };
  const failed = all.flatMap((one) => one.failed ?? []);
  const unreadable = all.flatMap((one) => one.unreadable ?? []).slice(0, MOST_PROBLEMS);
  yield* steps.endSweep(context, {
    endedAt: now(context),
    gates: gates.length,
    ...swept,
    problems: [...problems, ...failed, ...found].slice(0, MOST_PROBLEMS),
    ...(unreadable.length > 0 ? { unreadable } : {}),
    ...(upkeep ? { upkeepAt: at } : {}),
  });
  return swept;
}

/** They end up in one row of the ledger. */
const MOST_PROBLEMS = 100;

/** What is not urgent: tags that somebody moved, and what lies in quarantine for nobody. */
function* lookAfter(context: OrchestrationContext, gates: string[], at: number): Story<string[]> {
  const batches = inBatches(gates, UPKEEP_BATCH).map((batch) => ({ gates: batch, at }));
  const tags = yield* steps.lookAfterTags(context, batches);
  const quarantine = yield* steps.cleanQuarantine(context, batches);
  const tools = yield* steps.cleanTools(context, { at });
  return [...tags, ...quarantine, tools].flatMap(({ problems }) => problems);
}

const inBatches = (gates: string[], size: number): string[][] =>
  Array.from({ length: Math.ceil(gates.length / size) }, (_, batch) => gates.slice(batch * size, (batch + 1) * size));
