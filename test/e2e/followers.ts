/**
 * The middle and the end of what a push sets going in the walkthrough: its check, the build of hello-world on it, the rollout, the page. As
 * the app tells it, and as registries, runs and containers show it.
 */
import { missing } from '../../local/demo/until.ts';
import { GATE, HELLO_WORLD, RESOURCE_GROUP } from '../../local/demo/walkthrough.ts';
import { whileAway, type System } from './system.ts';

interface ImageSeen {
  name: string;
  newest?: { digest: string; number: number; base?: { gate: string; digest: string } };
  build?: { runId?: string; given: Record<string, string> };
}

interface AppSeen {
  name: string;
  deployment?: { state: 'deploying' | 'healthy' | 'failed'; digest: string };
  lastHealthy?: { digest: string };
}

export interface Followed {
  /** What the app is to run, and runs. */
  wanted: { digest: string; base: string };
  colour: string | undefined;
}

const WITHIN = { withinSeconds: 60 };

/** The run of its check is being executed. */
export const checkUnderWay = (system: System, digest: string): Promise<string> =>
  system.wait(
    `the check of ${digest} runs`,
    whileAway(async () => {
      const { candidates } = await system.gate();
      const runId = candidates.find((one) => one.digest === digest)?.evidence['functional']?.runId;
      const runs = await system.ask.runs.quarantine.all();
      const run = runs.find((one) => one.runId === runId);
      return runId !== undefined && run?.status === 'Running' ? runId : missing(run ?? candidates);
    }),
    WITHIN,
  );

/** A run of the task that builds hello-world on the base is scheduled, and has not been seen to end. */
export const buildUnderWay = (system: System, base: string): Promise<string> =>
  look(system, `hello-world is being built on ${base}`, async ({ image }) =>
    image.build?.runId !== undefined && image.build.given[GATE] === base ? image.build.runId : undefined,
  );

/** What was built on the base has been sent to the container group, and is not known to be healthy. */
export const deploymentUnderWay = (system: System, base: string): Promise<string> =>
  look(system, `what is built on ${base} is being deployed`, async ({ image, app }) => {
    const { state, digest } = app.deployment ?? {};
    const { newest } = image;
    return newest?.base?.digest === base && digest === newest.digest && state === 'deploying' ? digest : undefined;
  });

/** All is done: the newest version is built on the base, was recorded healthy, is what the container group runs, and the page is there. */
export const followed = (system: System, base: string): Promise<Followed> =>
  look(system, `the page is built on ${base}`, async ({ image, app }) => {
    const { newest } = image;
    const healthy = app.deployment?.state === 'healthy' && app.deployment.digest === newest?.digest;
    if (newest?.base?.digest !== base || !healthy || app.lastHealthy?.digest !== newest.digest) return undefined;
    const group = await system.ask.group(RESOURCE_GROUP, HELLO_WORLD);
    if (group?.images[0]?.split('@')[1] !== newest.digest) return undefined;
    const colour = await colourOfPage(system);
    return colour === undefined ? undefined : { wanted: { digest: newest.digest, base }, colour };
  });

/** `undefined` while no page answers. */
export async function colourOfPage({ ask }: System): Promise<string | undefined> {
  const group = await ask.group(RESOURCE_GROUP, HELLO_WORLD);
  const html = group?.ip === undefined ? undefined : await ask.page(`http://${group.ip}/`);
  return html && /id="color">([^<]*)</.exec(html)?.[1];
}

function look<Found>(
  system: System,
  what: string,
  find: (seen: { image: ImageSeen; app: AppSeen }) => Promise<Found | undefined>,
): Promise<Found> {
  return system.wait(
    what,
    whileAway(async () => {
      const { images } = (await system.ask.app('/api/images')) as { images: ImageSeen[] };
      const { apps } = (await system.ask.app('/api/apps')) as { apps: AppSeen[] };
      const image = images.find(({ name }) => name === HELLO_WORLD) ?? { name: HELLO_WORLD };
      const app = apps.find(({ name }) => name === HELLO_WORLD) ?? { name: HELLO_WORLD };
      return (await find({ image, app })) ?? missing({ image, app });
    }),
    WITHIN,
  );
}
