/** The first law against an upstream that moves its tag between any two steps. A thousand interleavings on the virtual clock. */
import { expect, it } from 'vitest';
import { interleavings } from '../replay/moving-tag.ts';

it('promotes, builds on and deploys nothing but what passed its checks, whenever the upstream tag moves', async () => {
  const { moved, promoted, rejected, deployed } = await interleavings(1_000);

  // None of it held for want of a case.
  expect(moved).toBeGreaterThan(2_000);
  expect(Math.min(promoted, rejected, deployed)).toBeGreaterThan(500);
}, 180_000);
