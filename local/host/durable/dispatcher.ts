/**
 * Decides what runs now: an episode for every instance with a message that is due, one at a time per instance, and the oldest queued
 * activities, so many at a time. What is in memory here can be lost at any moment; the store says what is still to do.
 *
 * An episode that cannot be run (the disk is full) is tried again with growing pauses and never given up.
 */
import type { Clock } from '../../clock.ts';
import { messageOf } from '../host-error.ts';
import type { Log } from '../log.ts';
import type { CrashSwitch } from './crash-switch.ts';
import type { HistoryEvent } from './history.ts';
import { FIRST_EPISODE_RETRY_MS, LAST_EPISODE_RETRY_MS } from './limits.ts';
import type { EpisodeCommit } from './episode-store.ts';
import type { QueuedActivity, Store } from './store.ts';

export interface DispatcherOptions {
  store: Store;
  clock: Clock;
  log: Log;
  maxConcurrentActivities: number;
  crash: CrashSwitch;
  runEpisode: (instanceId: string) => Promise<EpisodeCommit | undefined>;
  runActivity: (activity: QueuedActivity) => Promise<HistoryEvent>;
}

export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #episodes = new Set<string>();
  readonly #activities = new Set<number>();
  /** Instances whose last episode could not be run: how often in a row, and when to try again. */
  readonly #resting = new Map<string, { failures: number; untilMs: number }>();
  #settled: (() => void)[] = [];
  #woken: NodeJS.Immediate | undefined;
  #cancelAlarm = () => {};
  #state: 'running' | 'stopping' | 'stopped' = 'running';

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** Something may be due. Cheap, and may be called at any time. */
  wake(): void {
    if (this.#state !== 'running') return;
    this.#woken ??= setImmediate(() => {
      this.#woken = undefined;
      this.#dispatch();
    });
  }

  /** Resolves when nothing can be done before the clock moves: no episode, no activity, no message that is due. */
  settle(): Promise<void> {
    if (this.#state !== 'running') return Promise.resolve();
    this.wake();
    return new Promise((resolve) => this.#settled.push(resolve));
  }

  /** Starts nothing more and waits for what runs, but no longer than `graceMs` of real time; what runs after that counts for nothing. */
  async stop(graceMs: number): Promise<void> {
    this.#state = 'stopping';
    clearImmediate(this.#woken);
    this.#woken = undefined;
    this.#cancelAlarm();
    const ended = new Promise<void>((resolve) => this.#settled.push(resolve));
    this.#announce();
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([ended, new Promise((resolve) => (timer = setTimeout(resolve, graceMs)))]);
    clearTimeout(timer);
    this.#state = 'stopped';
  }

  #dispatch(): void {
    if (this.#state !== 'running') return;
    const { store, clock, maxConcurrentActivities } = this.#options;
    const nowMs = clock.now();
    for (const id of store.instancesDue(nowMs)) {
      if (this.#episodes.has(id) || (this.#resting.get(id)?.untilMs ?? 0) > nowMs) continue;
      this.#track(this.#episodes, id, this.#episode(id));
    }
    for (const activity of store.queuedActivities(maxConcurrentActivities)) {
      if (this.#activities.size >= maxConcurrentActivities) break;
      if (!this.#activities.has(activity.seq)) this.#track(this.#activities, activity.seq, this.#activity(activity));
    }
    this.#setAlarm(nowMs);
    this.#announce();
  }

  #track<K>(running: Set<K>, key: K, work: Promise<void>): void {
    running.add(key);
    void work.finally(() => {
      running.delete(key);
      this.wake();
      if (this.#state !== 'running') this.#announce();
    });
  }

  async #episode(instanceId: string): Promise<void> {
    const { store, clock, log, runEpisode } = this.#options;
    try {
      const commit = await runEpisode(instanceId);
      if (this.#state === 'stopped') return;
      for (const child of commit ? store.commitEpisode(commit) : []) {
        const message = `instance ${instanceId} waits for ever, as under Azure: its sub-orchestration "${child}" was not started, because an instance of that id is running`;
        log({ level: 'warning', message });
      }
      this.#resting.delete(instanceId);
    } catch (error) {
      if (this.#state === 'stopped') return;
      const failures = (this.#resting.get(instanceId)?.failures ?? 0) + 1;
      const pauseMs = Math.min(FIRST_EPISODE_RETRY_MS * 2 ** (failures - 1), LAST_EPISODE_RETRY_MS);
      this.#resting.set(instanceId, { failures, untilMs: clock.now() + pauseMs });
      const message = `instance ${instanceId} is stuck, next attempt in ${pauseMs} ms: ${messageOf(error)}`;
      log({ level: 'error', message });
    }
  }

  async #activity(activity: QueuedActivity): Promise<void> {
    const { store, clock, log, crash, runActivity } = this.#options;
    try {
      const result = await runActivity(activity);
      if (this.#state === 'stopped') return;
      crash.beforeCommit(activity.name);
      store.commitActivity(activity, result);
      crash.afterCommit(activity.name);
    } catch (error) {
      if (this.#state === 'stopped') return;
      log({
        level: 'error',
        message: `the result of activity ${activity.name} could not be kept: ${messageOf(error)}`,
      });
      // Its row is still there, so it will be run again; not at once, since what failed is the disk.
      await new Promise<void>((resolve) => clock.after(FIRST_EPISODE_RETRY_MS, resolve));
    }
  }

  #setAlarm(nowMs: number): void {
    this.#cancelAlarm();
    const rests = [...this.#resting.values()].map(({ untilMs }) => untilMs);
    const next = Math.min(this.#options.store.nextDueAt(nowMs) ?? Infinity, ...rests);
    if (next < Infinity) this.#cancelAlarm = this.#options.clock.after(next - nowMs, () => this.wake());
  }

  /** Activities that wait for a free place are not running, but then others are. */
  #announce(): void {
    if (this.#woken || this.#episodes.size > 0 || this.#activities.size > 0) return;
    for (const resolve of this.#settled.splice(0)) resolve();
  }
}
