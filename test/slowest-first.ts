/**
 * Begins with the files that take a minute or more, so that none of them is alone at the end while the other workers have nothing to do.
 *
 * A machine that has run the tests before knows how long each takes; a fresh clone does not, and would go by the size of a file.
 */
import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Slowest first, of those that run together. */
export const SLOWEST = [
  'test/contract/faults/faults.test.ts',
  'test/contract/azure/scan.test.ts',
  'test/contract/cloud/instances-restarts.test.ts',
  'test/contract/cloud/tasks-samples.test.ts',
  'test/contract/cloud/instances.test.ts',
  'test/contract/containers.test.ts',
  'test/contract/cloud/tasks.test.ts',
  'test/contract/cloud/tasks-steps.test.ts',
  'test/contract/cloud/instances-images.test.ts',
  'test/contract/cloud/identity-storage.test.ts',
  'test/e2e/steering.test.ts',
  'test/hostile/hostile.test.ts',
  'test/e2e/bad-input.test.ts',
  'test/e2e/foreign-upstream.test.ts',
  'test/e2e/crashes.test.ts',
  'test/e2e/outside-tools.test.ts',
  'test/e2e/host-crash.test.ts',
  'test/e2e/lost.test.ts',
];

export default class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = SLOWEST.indexOf(relative(this.ctx.config.root, moduleId));
      return at < 0 ? SLOWEST.length : at;
    };
    const order = ({ project }: TestSpecification): number => project.config.sequence.groupOrder;
    return sorted.toSorted((a, b) => order(a) - order(b) || rank(a) - rank(b));
  }
}
