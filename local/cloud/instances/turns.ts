/** One thing at a time for each container group: a deploy, a stop, a deletion and the watcher never meet in the middle. */
export interface Turns {
  /** Waits for its turn. What it throws is thrown to the caller, and the next one has its turn all the same. */
  take<T>(key: string, work: () => Promise<T>): Promise<T>;
  busy(key: string): boolean;
  /** Resolves when nobody has or awaits a turn. */
  idle(): Promise<void>;
}

export function newTurns(): Turns {
  const last = new Map<string, Promise<void>>();
  return {
    take(key, work) {
      const turn = (last.get(key) ?? Promise.resolve()).then(work);
      const ended = turn.then(
        () => undefined,
        () => undefined, // the caller has it
      );
      last.set(key, ended);
      void ended.then(() => {
        if (last.get(key) === ended) last.delete(key);
      });
      return turn;
    },
    busy: (key) => last.has(key),
    async idle() {
      while (last.size > 0) await Promise.all(last.values());
    },
  };
}
