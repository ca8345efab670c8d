/** A span as it is told to every sink, and the ids of traces. */
import { createHash, randomBytes } from 'node:crypto';
import type { Origin } from '../domain/origin.ts';
import type { Attributes } from '../telemetry.ts';

export interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  attributes: Attributes;
  /** Epoch milliseconds. */
  startedAt: number;
  endedAt: number;
  failed?: string;
}

/** The same for the same candidate, wherever and whenever it is asked for. */
export function traceOf({ gate, digest, opening }: Origin): { traceId: string; spanId: string } {
  const hash = createHash('sha256').update(`${gate} ${digest} ${opening}`).digest('hex');
  return { traceId: hash.slice(0, 32), spanId: hash.slice(32, 48) };
}

export const newTraceId = (): string => randomBytes(16).toString('hex');
export const newSpanId = (): string => randomBytes(8).toString('hex');
