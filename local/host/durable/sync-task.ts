/**
 * A task of the replay. What waits for it goes on at once, inside of the call that settles it, and not in a later microtask: ids are
 * handed out in the order in which things go on, and that order has to be the same in every replay.
 */
export type TaskState = 'open' | 'succeeded' | 'failed';

export class SyncTask {
  #state: TaskState = 'open';
  #waiting: (() => void)[] = [];

  static done(): SyncTask {
    const task = new SyncTask();
    task.settle('succeeded');
    return task;
  }

  get state(): TaskState {
    return this.#state;
  }

  /** A settled task stays as it is. */
  settle(state: 'succeeded' | 'failed'): void {
    if (this.#state !== 'open') return;
    this.#state = state;
    for (const go of this.#waiting.splice(0)) go();
  }

  onceSettled(go: () => void): void {
    if (this.#state === 'open') this.#waiting.push(go);
    else go();
  }
}

/** Settles when all have, even after one has failed, as .NET does. */
export function whenAll(tasks: readonly SyncTask[]): SyncTask {
  const all = new SyncTask();
  let open = tasks.length;
  if (open === 0) all.settle('succeeded');
  for (const task of tasks) {
    task.onceSettled(() => {
      open -= 1;
      if (open === 0) all.settle(tasks.some(({ state }) => state === 'failed') ? 'failed' : 'succeeded');
    });
  }
  return all;
}

export function whenAny(tasks: readonly SyncTask[]): SyncTask {
  const any = new SyncTask();
  for (const task of tasks) task.onceSettled(() => any.settle('succeeded'));
  return any;
}
