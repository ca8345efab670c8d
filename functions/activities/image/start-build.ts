/**
 * Starts the ACR task of an image with today's bases by digest. Key: the attempt, written down before the run is scheduled.
 *
 * A task that follows its base image by itself is refused: every promotion would build twice, and once from a tag. So is a base whose promotion
 * record cannot be verified.
 */
import { behindOf } from '../../../shared/domain/build-action.ts';
import type { Bases, Version } from '../../../shared/domain/image-state.ts';
import type { Image } from '../../../shared/domain/policy.ts';
import { formatReference, type Digest } from '../../../shared/domain/reference.ts';
import { freezesOfBases, isFrozen } from '../../../shared/ledger/freeze-book.ts';
import { readGateRow } from '../../../shared/ledger/gate-book.ts';
import { originOf } from '../../../shared/ledger/gate-rows.ts';
import { readHoldOver } from '../../../shared/ledger/hold-book.ts';
import { IMAGE, newImage, readImage } from '../../../shared/ledger/image-book.ts';
import { gatesOnRecalled, standsOnRecalled } from '../../../shared/ledger/recall-book.ts';
import { LedgerConflict, put } from '../../../shared/ledger/rows.ts';
import type { Activity, Surroundings } from '../activity.ts';
import { existingGate, gatesOf, imageOf } from '../policy-of.ts';
import { verifyRecordOf } from '../record/verify-record.ts';
import { failBuild } from './fail-build.ts';

export interface StartBuild {
  image: string;
  attempt: number;
  given: Bases;
  /** Epoch milliseconds. */
  at: number;
}

/** A run of Azure takes eight hours at most (ACR Tasks, run timeout); a build that takes more than two is not coming. */
const DEADLINE_MS = 2 * 3_600_000;

export const startBuild =
  (world: Surroundings): Activity<StartBuild, object> =>
  async ({ image: name, attempt, given, at }) => {
    const image = await imageOf(world.policies, name);
    if (!image?.build) return {};
    const before = await readImage(world.ledger, name);
    const row = before.image?.value ?? newImage;
    if (await isStopped(world, { gates: Object.values(image.build.pass), newest: row.newest, given, at })) return {};
    const build = { attempt, given, startedAt: at, deadlineAt: at + DEADLINE_MS };
    if (row.attempts > attempt || (row.attempts === attempt && (!row.build || row.build.runId))) return {};
    const written = await world.ledger.write('images', name, [
      put(IMAGE, before.image, { ...row, attempts: attempt, build }),
    ]);
    if (written === 'conflict') throw new LedgerConflict(`image "${name}"`);

    const started = await start(world, image, image.build, given);
    const book = await readImage(world.ledger, name);
    if (book.image?.value.build?.attempt !== attempt) return {};
    const recorded =
      started.kind === 'started'
        ? world.ledger.write('images', name, [
            put(IMAGE, book.image, { ...book.image.value, build: { ...build, runId: started.runId } }),
          ])
        : failBuild(world.ledger, { image, row: book.image, build, at }, started.message);
    if ((await recorded) === 'conflict') throw new LedgerConflict(`image "${name}"`);
    return {};
  };

/** A recall, a hold or a freeze that came since the look. What replaces a recalled digest waits only for the hold on everything. */
async function isStopped(
  { ledger, policies }: Surroundings,
  { gates, newest, given, at }: { gates: string[]; newest: Version | undefined; given: Bases; at: number },
): Promise<boolean> {
  if ((await gatesOnRecalled(ledger, gates)).length > 0) return true;
  const replaces = newest !== undefined && (await standsOnRecalled(ledger, newest));
  const hold = await readHoldOver(ledger, gates);
  if (replaces) return hold !== undefined && hold.gate === undefined;
  const behind = await gatesOf(policies, behindOf(newest, gates, given));
  return hold !== undefined || isFrozen(Object.values(await freezesOfBases(ledger, behind)), at);
}

async function start(
  world: Surroundings,
  image: Image,
  { task, pass: gates }: NonNullable<Image['build']>,
  given: Bases,
): Promise<{ kind: 'started'; runId: string } | { kind: 'refused'; message: string }> {
  const place = { host: image.host, task };
  const found = await world.runs.task(place);
  if (!found)
    return {
      kind: 'refused',
      message: `${image.host} has no task "${task}"; create it, or correct build.task in the policy`,
    };
  if (found.followsBaseImage) {
    return {
      kind: 'refused',
      message: `task "${task}" follows its base image by itself, so every promotion would build twice; switch its base-image trigger off`,
    };
  }
  const pass: Record<string, string> = {};
  for (const [argument, gateName] of Object.entries(gates)) {
    const { host, repository } = (await existingGate(world.policies, gateName)).to;
    const digest = given[gateName];
    if (!digest) continue;
    pass[argument] = formatReference({ host, repository, digest });
    const verified = await verifyRecordOf(world, { gate: gateName, digest });
    if (verified.kind === 'refused') return { kind: 'refused', message: `nothing is built on it: ${verified.said}` };
    if (verified.kind === 'none') world.log.warn(`image "${image.name}" is built without a record: ${verified.said}`);
    await tellOrigin(world, gateName, digest);
  }
  const run = await world.runs.startTask({ ...place, pass });
  return run.kind === 'started' ? run : { kind: 'refused', message: `${image.host} has no task "${task}"` };
}

/** The build belongs to the trace of the candidate whose promotion it is for. */
async function tellOrigin({ ledger, telemetry }: Surroundings, gate: string, given: Digest): Promise<void> {
  const current = (await readGateRow(ledger, gate))?.value.current;
  const origin = current?.subject === given ? originOf(gate, current) : undefined;
  if (origin) telemetry.about(origin);
}
