/**
 * Who waits for which external event, and which events nobody has waited for yet.
 *
 * Events of one name are kept in the order in which they came. Of several that wait for one name, the last gets the first event, as in
 * the library and in .NET.
 */
import { SyncTask } from './sync-task.ts';

export class EventWaits {
  readonly #awaited = new Map<string, SyncTask[]>();
  readonly #buffered = new Map<string, number>();

  wait(name: string): SyncTask {
    const task = new SyncTask();
    this.#awaited.set(name, [...(this.#awaited.get(name) ?? []), task]);
    const buffered = this.#buffered.get(name) ?? 0;
    if (buffered > 0) {
      if (buffered === 1) this.#buffered.delete(name);
      else this.#buffered.set(name, buffered - 1);
      this.raise(name);
    }
    return task;
  }

  raise(name: string): void {
    const waiting = this.#awaited.get(name) ?? [];
    const task = waiting.pop();
    if (waiting.length === 0) this.#awaited.delete(name);
    if (task) task.settle('succeeded');
    else this.#buffered.set(name, (this.#buffered.get(name) ?? 0) + 1);
  }

  /** Names of events that came and that nobody waited for, with the names that are waited for. */
  unmatched(): { buffered: string[]; awaited: string[] } {
    return { buffered: [...this.#buffered.keys()], awaited: [...this.#awaited.keys()] };
  }
}
