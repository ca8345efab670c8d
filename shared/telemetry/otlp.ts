/**
 * Spans and measures in the words of OpenTelemetry: OTLP as JSON, a message a line, which every collector reads from a file.
 *
 * https://opentelemetry.io/docs/specs/otel/protocol/file-exporter/
 */
import type { Attributes } from '../telemetry.ts';
import type { Span } from './span.ts';

export type Metric =
  | { kind: 'sum'; name: string; unit: string; points: { attributes: Attributes; value: number }[] }
  | { kind: 'histogram'; name: string; unit: string; bounds: number[]; points: HistogramPoint[] };

export interface HistogramPoint {
  attributes: Attributes;
  count: number;
  sum: number;
  /** One more than there are bounds. */
  buckets: number[];
}

export function spanLine({
  traceId,
  spanId,
  parentSpanId,
  name,
  attributes,
  startedAt,
  endedAt,
  failed,
}: Span): string {
  const span = {
    traceId,
    spanId,
    ...(parentSpanId ? { parentSpanId } : {}),
    name,
    kind: INTERNAL,
    startTimeUnixNano: nanoseconds(startedAt),
    endTimeUnixNano: nanoseconds(endedAt),
    attributes: keyValues(attributes),
    status: failed === undefined ? {} : { code: FAILED, message: failed },
  };
  return JSON.stringify({ resourceSpans: [{ resource: RESOURCE, scopeSpans: [{ scope: SCOPE, spans: [span] }] }] });
}

/** Counted from `since` on, so that a reader who missed a line has missed nothing. */
export function metricsLine(metrics: Metric[], { since, at }: { since: number; at: number }): string {
  const times = { startTimeUnixNano: nanoseconds(since), timeUnixNano: nanoseconds(at) };
  const said = metrics.map((metric) => ({ name: metric.name, unit: metric.unit, ...dataOf(metric, times) }));
  return JSON.stringify({ resourceMetrics: [{ resource: RESOURCE, scopeMetrics: [{ scope: SCOPE, metrics: said }] }] });
}

function dataOf(metric: Metric, times: object): object {
  if (metric.kind === 'sum') {
    const dataPoints = metric.points.map(({ attributes, value }) => ({
      attributes: keyValues(attributes),
      ...times,
      asInt: String(value),
    }));
    return { sum: { dataPoints, aggregationTemporality: CUMULATIVE, isMonotonic: true } };
  }
  const dataPoints = metric.points.map(({ attributes, count, sum, buckets }) => ({
    attributes: keyValues(attributes),
    ...times,
    count: String(count),
    sum,
    bucketCounts: buckets.map(String),
    explicitBounds: metric.bounds,
  }));
  return { histogram: { dataPoints, aggregationTemporality: CUMULATIVE } };
}

const keyValues = (attributes: Attributes) =>
  Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { doubleValue: value } : { stringValue: value },
  }));

/** As text: JSON has no numbers of 64 bits. */
const nanoseconds = (ms: number): string => `${BigInt(Math.round(ms)) * 1_000_000n}`;

const RESOURCE = { attributes: keyValues({ 'service.name': 'gated-import' }) };
const SCOPE = { name: 'gated-import' };
const INTERNAL = 1;
const FAILED = 2;
const CUMULATIVE = 2;
