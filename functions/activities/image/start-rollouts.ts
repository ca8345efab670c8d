/** Hands the newest version of an image to its apps. Key: the version's number. */
import { appsOfImage } from '../../../shared/domain/graph.ts';
import { IMAGE, readImage } from '../../../shared/ledger/image-book.ts';
import { request } from '../../../shared/ledger/request.ts';
import { LedgerConflict, put } from '../../../shared/ledger/rows.ts';
import type { Activity, Surroundings } from '../activity.ts';

export const startRollouts =
  ({ ledger, policies }: Surroundings): Activity<{ image: string }, object> =>
  async ({ image: name }, stories) => {
    const { policy } = await policies.current();
    const { image } = await readImage(ledger, name);
    if (!image?.value.newest) return {};
    const { number } = image.value.newest;
    if (policy && appsOfImage(policy, name).length > 0) {
      await request(ledger, 'images', name);
      await stories.start('rollOut', name);
    }
    const written = await ledger.write('images', name, [
      put(IMAGE, image, { ...image.value, followed: Math.max(image.value.followed, number) }),
    ]);
    if (written === 'conflict') throw new LedgerConflict(`image "${name}"`);
    return {};
  };
