/** Asking for the build of an image again: the way on after a build that failed so often that the app waits for a person. */
import { IMAGE, newImage, readImage } from '../../../shared/ledger/image-book.ts';
import { bump } from '../../../shared/ledger/request.ts';
import { LedgerConflict, put } from '../../../shared/ledger/rows.ts';
import type { Endpoint } from '../endpoint.ts';
import { imageAsked } from '../find.ts';
import { conflict } from '../problem.ts';
import { accepted, reasoned } from '../schemas/common.ts';
import { tellAsked } from '../tell-asked.ts';

const MOST_TRIES = 10;

export const requestBuild: Endpoint = {
  name: 'requestBuild',
  method: 'POST',
  route: 'images/{image}/builds',
  does: 'Forgets that the build of an image failed, so that it is built now if it is not on today’s bases.',
  request: reasoned,
  answer: { kind: 'json', status: 202, schema: accepted },
  problems: { 409: 'The policy names no build for the image.' },
  async handle(asked) {
    const { world, stories } = asked;
    const image = await imageAsked(asked);
    const { reason } = await asked.body(reasoned);
    if (!image.build)
      throw conflict(`the policy names no build for image "${image.name}"; push a version of it, or give it a build`);
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const { image: kept } = await readImage(world.ledger, image.name);
      const { failure, ...row } = kept?.value ?? newImage;
      const written = await world.ledger.write('images', image.name, [
        put(IMAGE, kept, row),
        await bump(world.ledger, 'images', image.name),
        tellAsked(asked, { subject: image.name, what: 'build', why: reason, data: { ...failure } }),
      ]);
      if (written === 'conflict') continue;
      await stories.start('buildImage', image.name);
      const location = `/api/images/${image.name}`;
      return { status: 202, headers: { location }, jsonBody: { image: image.name, what: 'build' } };
    }
    throw new LedgerConflict(`image "${image.name}"`);
  },
};
