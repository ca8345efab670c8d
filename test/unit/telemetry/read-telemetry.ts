/** Reads a file of telemetry back: its spans, and the last state of what was counted and measured. */
import { readFileSync } from 'node:fs';

export interface SpanSeen {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: Record<string, string | number>;
  status: { code?: number; message?: string };
}

interface KeyValue {
  key: string;
  value: { stringValue?: string; doubleValue?: number };
}
interface Point {
  attributes: KeyValue[];
  asInt?: string;
  count?: string;
  sum?: number;
  bucketCounts?: string[];
}
interface Line {
  resourceSpans?: { scopeSpans: { spans: (Omit<SpanSeen, 'attributes'> & { attributes: KeyValue[] })[] }[] }[];
  resourceMetrics?: {
    scopeMetrics: { metrics: { name: string; sum?: { dataPoints: Point[] }; histogram?: { dataPoints: Point[] } }[] }[];
  }[];
}

export function readTelemetry(file: string): { spans: SpanSeen[]; metrics: Record<string, Point[]> } {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);
  const spans = lines
    .flatMap(({ resourceSpans = [] }) => resourceSpans)
    .flatMap(({ scopeSpans }) => scopeSpans)
    .flatMap((one) => one.spans)
    .map((span) => ({ ...span, attributes: flat(span.attributes) }));
  const metrics = lines
    .flatMap(({ resourceMetrics = [] }) => resourceMetrics)
    .flatMap(({ scopeMetrics }) => scopeMetrics)
    .flatMap((one) => one.metrics)
    .map(({ name, sum, histogram }) => [name, (sum ?? histogram)?.dataPoints ?? []] as const);
  return { spans, metrics: Object.fromEntries(metrics) };
}

export const flat = (attributes: KeyValue[]): Record<string, string | number> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? value.doubleValue ?? '']));
