/** Fails the run when a test was skipped, and prints the totals as one plain line for whoever reads the log by machine. */
import type { Reporter, TestModule } from 'vitest/node';

export default class Report implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()].map((test) => ({ module, test })));
    const skipped = tests.filter(({ test }) => test.result().state === 'skipped');
    const passed = tests.filter(({ test }) => test.result().state === 'passed');
    if (skipped.length > 0) {
      const names = skipped.map(({ module, test }) => `  ${module.relativeModuleId} > ${test.fullName}`);
      console.error(`These tests were skipped, and a skipped test counts as failed:\n${names.join('\n')}`);
      process.exitCode = 1;
    }
    console.log(`${passed.length} passed, ${tests.length - passed.length} failed`);
  }
}
