/** Plays the ingestion endpoint of Application Insights, and reads what it is sent: spans and metrics, as the tests look at them. */
import { z } from 'zod';
import type { Certificate } from './local-tls.ts';
import { startWire, type Step, type Wire } from './wire.ts';

const tags = z.record(z.string(), z.string());
const properties = z.record(z.string(), z.string()).default({});
const envelope = z.union([
  z.object({
    tags,
    time: z.iso.datetime(),
    data: z.object({
      baseType: z.literal('RemoteDependencyData'),
      baseData: z.object({
        id: z.string(),
        name: z.string(),
        type: z.string(),
        success: z.boolean(),
        duration: z.string(),
        properties,
      }),
    }),
  }),
  z.object({
    tags,
    data: z.object({
      baseType: z.literal('MetricData'),
      baseData: z.object({
        metrics: z.tuple([
          z.object({
            name: z.string(),
            value: z.number(),
            count: z.number().optional(),
            min: z.number().optional(),
            max: z.number().optional(),
          }),
        ]),
        properties,
      }),
    }),
  }),
]);

export interface SpanReceived {
  traceId: string;
  spanId: string;
  parentSpanId: string | undefined;
  name: string;
  type: string;
  startedAt: number;
  /** `d.hh:mm:ss.mmm` */
  duration: string;
  success: boolean;
  properties: Record<string, string>;
}

export interface MetricReceived {
  name: string;
  value: number;
  count?: number | undefined;
  min?: number | undefined;
  max?: number | undefined;
  properties: Record<string, string>;
}

export interface Ingestion {
  wire: Wire;
  connectionString: string;
  /** Of all requests, whatever was answered to them; the product's own ones. */
  received(): { spans: SpanReceived[]; metrics: MetricReceived[] };
}

export const KEY = '5f4d2c1b-9a8e-4d6f-b0c7-3e2a1f0d9c8b';
const TRACK = ['POST', '/v2.1/track'] as const;

/** Takes everything, until it is told otherwise. */
export async function startIngestion(tls: Certificate): Promise<Ingestion> {
  const wire = await startWire({ tls });
  answer(wire, taken);
  return {
    wire,
    connectionString: `InstrumentationKey=${KEY};IngestionEndpoint=${wire.url}/`,
    received: () => read(wire),
  };
}

/** The steps are taken in turn; the last one stays. */
export const answer = (wire: Wire, ...steps: Step[]): void => wire.on(...TRACK, ...steps);

export const taken: Step = ({ body }) => {
  const { length } = JSON.parse(body.toString()) as unknown[];
  return { status: 200, body: { itemsReceived: length, itemsAccepted: length, errors: [] } };
};

function read(wire: Wire) {
  const spans: SpanReceived[] = [];
  const metrics: MetricReceived[] = [];
  for (const { body } of wire.requests) {
    for (const { tags: said, ...rest } of z.array(envelope).parse(JSON.parse(body.toString()))) {
      const { baseType, baseData } = rest.data;
      if (baseType === 'RemoteDependencyData') {
        const { id, ...span } = baseData;
        spans.push({
          ...span,
          traceId: said['ai.operation.id'] ?? '',
          spanId: id,
          parentSpanId: said['ai.operation.parentId'],
          startedAt: 'time' in rest ? Date.parse(rest.time) : NaN,
        });
      } else if (baseData.metrics[0].name.startsWith('gated_import.')) {
        metrics.push({ ...baseData.metrics[0], properties: baseData.properties });
      }
    }
  }
  return { spans, metrics };
}
