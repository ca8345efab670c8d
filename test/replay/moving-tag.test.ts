/** The first law against an upstream that moves its tag between any two steps. A few here, a thousand in `test/contract`. */
import { expect, it } from 'vitest';
import { interleavings } from './moving-tag.ts';

it('promotes, builds on and deploys nothing but what passed its checks, whenever the upstream tag moves', async () => {
  const { moved, promoted, rejected, deployed } = await interleavings(40);

  // None of it held for want of a case.
  expect(moved).toBeGreaterThan(80);
  expect(Math.min(promoted, rejected, deployed)).toBeGreaterThan(10);
}, 30_000);
