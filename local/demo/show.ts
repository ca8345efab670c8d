/** How a person sees the steps while they run: live in a terminal, as plain lines everywhere else. */
import { Listr, PRESET_TIMER } from 'listr2';

export interface Act {
  title: string;
  /** Asked when its turn comes. */
  skip(): boolean;
  /** `say` shows a line of what happens now. Throws when it fails. */
  run(say: (line: string) => void): Promise<void>;
}

export interface Show {
  /** One act after the other; an act that fails stops none after it. */
  perform(acts: Act[]): Promise<void>;
}

/** A spinner, the time that has passed, and the last lines of what happens. */
export const liveShow: Show = {
  async perform(acts) {
    const list = new Listr(
      acts.map(({ title, skip, run }) => ({
        title,
        skip,
        task: (_context: unknown, task: { output: string }) => run((line) => (task.output = line)),
        rendererOptions: { outputBar: 3, persistentOutput: false },
      })),
      {
        exitOnError: false,
        rendererOptions: { timer: PRESET_TIMER, collapseErrors: false, collapseSkips: false, showErrorMessage: true },
      },
    );
    await list.run();
  },
};

/** For a log file, a pipe or a machine. */
export function plainShow(print: (line: string) => void): Show {
  return {
    async perform(acts) {
      for (const { title, skip, run } of acts) {
        if (skip()) {
          print(`-   ${title}: left out`);
          continue;
        }
        const startedAt = performance.now();
        const seconds = () => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
        print(`…   ${title}`);
        try {
          await run((line) => print(`    ${line}`));
          print(`ok  ${title} (${seconds()})`);
        } catch (error) {
          print(`NO  ${title} (${seconds()}): ${error instanceof Error ? error.message : String(error)}`);
        }
      }
    },
  };
}
