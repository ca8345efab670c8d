/**
 * Telemetry in Application Insights: spans as dependencies in the operation of their candidate, measures as custom metrics.
 *
 * Batches go out every few seconds, so that a worker that is killed takes little with it; one that is told to stop sends the rest.
 */
import { SpanKind, SpanStatusCode, TraceFlags, type HrTime, type SpanContext } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader, type PushMetricExporter } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, type ReadableSpan, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import { metricName } from './measures.ts';
import type { Span } from './span.ts';
import type { TelemetrySink } from './telemetry-to.ts';

const SPANS_EVERY_MS = 5_000;
const METRICS_EVERY_MS = 30_000;

const NAME = 'gated-import';
const resource = resourceFromAttributes({ 'service.name': NAME });

export function applicationInsightsSink(exporters: {
  spans: SpanExporter;
  metrics: PushMetricExporter;
}): TelemetrySink {
  const spans = new BatchSpanProcessor(exporters.spans, { scheduledDelayMillis: SPANS_EVERY_MS });
  const reader = new PeriodicExportingMetricReader({
    exporter: exporters.metrics,
    exportIntervalMillis: METRICS_EVERY_MS,
  });
  const provider = new MeterProvider({ resource, readers: [reader] });
  const meter = provider.getMeter(NAME);

  return {
    span: (span) => spans.onEnd(readable(span)),
    count: (what, attributes) => meter.createCounter(metricName(what)).add(1, attributes),
    measure: (what, seconds, attributes) =>
      meter.createHistogram(metricName(what), { unit: 's' }).record(seconds, attributes),
    async close() {
      // What could not be sent was said when it could not.
      await Promise.allSettled([spans.shutdown(), provider.shutdown()]);
    },
  };
}

function readable({ traceId, spanId, parentSpanId, name, attributes, startedAt, endedAt, failed }: Span): ReadableSpan {
  if (!Number.isFinite(startedAt) || !Number.isFinite(endedAt)) throw new RangeError(`${name}: a span without times`);
  const context = (id: string): SpanContext => ({ traceId, spanId: id, traceFlags: TraceFlags.SAMPLED });
  return {
    name,
    kind: SpanKind.INTERNAL,
    spanContext: () => context(spanId),
    ...(parentSpanId === undefined ? {} : { parentSpanContext: context(parentSpanId) }),
    startTime: hrTime(startedAt),
    endTime: hrTime(endedAt),
    duration: hrTime(endedAt - startedAt),
    status: failed === undefined ? { code: SpanStatusCode.UNSET } : { code: SpanStatusCode.ERROR, message: failed },
    // Of a status only its code is sent.
    attributes: failed === undefined ? attributes : { ...attributes, failure: failed },
    links: [],
    events: [],
    ended: true,
    resource,
    instrumentationScope: { name: NAME },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

/** Seconds and nanoseconds. */
const hrTime = (ms: number): HrTime => [Math.floor(ms / 1000), Math.round((ms % 1000) * 1e6)];
