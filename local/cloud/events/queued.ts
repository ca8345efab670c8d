/** An event that waits for a subscription: what the store keeps of it between attempts. */
import type { Published } from './event.ts';

export interface Queued {
  /** Key of the subscription. */
  subscription: string;
  published: Published;
  /** Epoch milliseconds. */
  publishedAt: number;
  dueAt: number;
  attempts: number;
  lastAttemptAt?: number;
  lastOutcome?: string;
}
