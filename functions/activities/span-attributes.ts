/** What an activity was asked about, for its span: names and digests, and nothing that anybody wrote. */
import type { Attributes } from '../../shared/telemetry.ts';

const NAMES = ['gate', 'digest', 'check', 'image', 'of', 'app', 'attempt'];

export const spanAttributes = (request: object): Attributes =>
  Object.fromEntries(
    Object.entries(request).filter(
      (entry): entry is [string, string | number] =>
        NAMES.includes(entry[0]) && ['string', 'number'].includes(typeof entry[1]),
    ),
  );
