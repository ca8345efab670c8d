/** What the API says of images, apps and rollouts. From the ledger alone. */
import type { z } from 'zod';
import { sayImageReason, type Version } from '../../shared/domain/image-state.ts';
import type { App, Image, Policy } from '../../shared/domain/policy.ts';
import { whoOf } from '../../shared/domain/person.ts';
import { formatReference } from '../../shared/domain/reference.ts';
import { sayRolloutReason, type PersonHold } from '../../shared/domain/rollout-state.ts';
import type { AppRow, ImageBook } from '../../shared/ledger/image-book.ts';
import { appsOf } from '../activities/rollout/wanted-state.ts';
import { isoTime } from './schemas/common.ts';
import type { appSeen, imageSeen, rolloutSeen } from './schemas/image.ts';

export function imageView(image: Image, book: ImageBook): z.input<typeof imageSeen> {
  const { newest, build, failure, resting } = book.image?.value ?? {};
  return {
    name: image.name,
    repository: formatReference({ host: image.host, repository: image.repository }),
    ...(newest ? { newest: versionView(newest) } : {}),
    ...(build
      ? { build: { ...build, startedAt: isoTime(build.startedAt), deadlineAt: isoTime(build.deadlineAt) } }
      : {}),
    ...(failure ? { failure: { ...failure, at: isoTime(failure.at) } } : {}),
    ...(resting ? { next: restView(sayImageReason(resting.reason), resting.dueAt) } : {}),
  };
}

export const versionView = ({ digest, tag, number, at, base, given }: Version) => ({
  digest,
  ...(tag ? { tag } : {}),
  number,
  at: isoTime(at),
  ...(base ? { base: { gate: base.gate, digest: base.digest } } : {}),
  ...(given ? { given } : {}),
});

/** The image, or the gate, in whose partition the ledger keeps the app. */
export const runsOf = ({ runs }: App): string => (runs.kind === 'image' ? runs.image : runs.gate);

export function appView(app: App, row: AppRow | undefined): z.input<typeof appSeen> {
  const { deployment, lastHealthy, previousHealthy, hold, personHold, unhealthySince, unproven } = row ?? {};
  return {
    name: app.name,
    runs: runsOf(app),
    resourceGroup: app.resourceGroup,
    group: app.group.name,
    ...(deployment ? { deployment: deploymentView(deployment) } : {}),
    ...(lastHealthy ? { lastHealthy: { digest: lastHealthy.digest, number: lastHealthy.number } } : {}),
    ...(previousHealthy ? { previousHealthy } : {}),
    ...(hold ? { hold: { digest: hold.digest, why: hold.why, at: isoTime(hold.at) } } : {}),
    ...(personHold ? { personHold: personHoldView(personHold) } : {}),
    ...(unhealthySince === undefined ? {} : { unhealthySince: isoTime(unhealthySince) }),
    ...(unproven ? { unproven: { why: unproven.why, since: isoTime(unproven.at) } } : {}),
  };
}

export function rolloutView(policy: Policy, of: string, book: ImageBook): z.input<typeof rolloutSeen> {
  const { resting, handled = 0 } = book.rollout?.value ?? {};
  // Trouble with the look itself leaves the request open, and is what there is to say of it.
  const isUnanswered = book.requested > handled && resting?.reason.kind !== 'trouble';
  return {
    id: of,
    ...(isUnanswered
      ? { next: ASKED }
      : resting
        ? { next: restView(sayRolloutReason(resting.reason), resting.dueAt) }
        : {}),
    apps: appsOf(policy, of).map((app) => appView(app, book.apps.get(app.name)?.value)),
  };
}

/** What it rested on before says nothing about what was asked since. */
const ASKED = { action: 'look', why: 'it was asked to look, and has not rested since' };

const restView = (why: string, dueAt: number | undefined) => ({
  action: 'rest',
  why,
  ...(dueAt === undefined ? {} : { until: isoTime(dueAt) }),
});

const deploymentView = (deployment: NonNullable<AppRow['deployment']>) => {
  const { attempt, digest, number, putBack, state, startedAt, healthySince, message, proof } = deployment;
  return {
    attempt,
    digest,
    number,
    putBack,
    state,
    startedAt: isoTime(startedAt),
    ...(healthySince === undefined ? {} : { healthySince: isoTime(healthySince) }),
    ...(message ? { message } : {}),
    ...(proof === undefined ? {} : { proof }),
  };
};

const personHoldView = ({ why, at, putBack, ...who }: PersonHold) => ({
  ...whoOf(who),
  why,
  at: isoTime(at),
  ...(putBack
    ? {
        putBack: {
          digest: putBack.digest,
          number: putBack.number,
          ...(putBack.failed ? { failed: putBack.failed.why } : {}),
        },
      }
    : {}),
});
