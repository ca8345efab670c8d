/** Images of ours: their versions and what each stands on, the build under way or failed, and why something waits. */
import { z } from 'zod';
import type { Policy } from '../../../shared/domain/policy.ts';
import type { Version } from '../../../shared/domain/image-state.ts';
import { appsOfImage } from '../../../shared/domain/graph.ts';
import { readPromotions } from '../../../shared/ledger/gate-book.ts';
import type { PromotionRow } from '../../../shared/ledger/gate-rows.ts';
import { readImage, readVersions, type ImageBook } from '../../../shared/ledger/image-book.ts';
import type { Endpoint } from '../endpoint.ts';
import { imageAsked, policyInForce } from '../find.ts';
import { imageView, versionView } from '../image-view.ts';
import { cursorOf, nextAddress, readCursor } from '../paging.ts';
import { page } from '../schemas/common.ts';
import { imageList, imageWithVersions } from '../schemas/image.ts';

export const listImages: Endpoint = {
  name: 'listImages',
  method: 'GET',
  route: 'images',
  does: 'Lists the images of the policy: the newest version of each, its build, and what it waits for.',
  answer: { kind: 'json', status: 200, schema: imageList },
  async handle(asked) {
    const images = Object.values((await policyInForce(asked)).images);
    const views = await Promise.all(
      images.map(async (image) => imageView(image, await readImage(asked.world.ledger, image.name))),
    );
    return { jsonBody: { images: views } };
  },
};

const pageQuery = z.strictObject(page);
const cursor = z.strictObject({ number: z.int() });

export const getImage: Endpoint = {
  name: 'getImage',
  method: 'GET',
  route: 'images/{image}',
  does: 'Says of an image which versions there are, newest first, what each stands on, and where each runs.',
  query: pageQuery,
  answer: { kind: 'json', status: 200, schema: imageWithVersions },
  async handle(asked) {
    const image = await imageAsked(asked);
    const { limit, after } = asked.query(pageQuery);
    const from = readCursor(after, cursor);
    const { ledger } = asked.world;
    const policy = await policyInForce(asked);
    const book = await readImage(ledger, image.name);
    const older = (await readVersions(ledger, image.name)).filter(({ number }) => !from || number < from.number);
    const shown = older.slice(0, limit);
    const last = shown.at(-1);
    const promotions = new Map<string, PromotionRow[]>();
    for (const gate of new Set(shown.flatMap(({ base }) => (base ? [base.gate] : [])))) {
      promotions.set(gate, await readPromotions(ledger, gate, { most: Infinity }));
    }
    return {
      jsonBody: {
        ...imageView(image, book),
        ...(image.build ? { task: image.build.task } : {}),
        builtFrom: image.build?.pass ?? {},
        apps: appsOfImage(policy, image.name).map(({ name }) => name),
        versions: shown.map((version) => ({
          ...versionView(version),
          ...lineageOf(version, promotions),
          apps: runsWhere(policy, image.name, book, version),
        })),
        ...(last && older.length > shown.length
          ? { nextPage: nextAddress(`/api/images/${image.name}`, { limit }, cursorOf({ number: last.number })) }
          : {}),
      },
    };
  },
};

/** The promotion that made its base: the last one of that digest. */
function lineageOf({ base }: Version, promotions: Map<string, PromotionRow[]>) {
  const made = base && promotions.get(base.gate)?.find(({ subject }) => subject === base.digest);
  if (!base || !made) return {};
  const { digest, sequence, unique } = made;
  return {
    lineage: { upstream: digest, sequence, unique, candidate: `/api/gates/${base.gate}/candidates/${digest}` },
  };
}

const runsWhere = (policy: Policy, image: string, { apps }: ImageBook, { digest }: Version): string[] =>
  appsOfImage(policy, image)
    .map(({ name }) => name)
    .filter((name) => apps.get(name)?.value.deployment?.digest === digest);
