/** Adds up what is counted and measured, from the start of the process on. */
import type { HistogramPoint, Metric } from './otlp.ts';
import type { Attributes, Counted, Measured } from '../telemetry.ts';

/** Seconds: from what a cached check takes to a week of soaking. */
const BOUNDS = [1, 5, 15, 60, 300, 900, 3_600, 21_600, 86_400, 259_200, 604_800];

export const metricName = (what: Counted | Measured | 'telemetry.dropped'): string => `gated_import.${what}`;

export interface Measures {
  count(what: Counted | 'telemetry.dropped', attributes: Attributes): void;
  measure(what: Measured, seconds: number, attributes: Attributes): void;
  /** Everything so far; `undefined` when nothing has changed since the last call. */
  changed(): Metric[] | undefined;
}

export function measures(): Measures {
  const counts = new Map<Counted | 'telemetry.dropped', Map<string, { attributes: Attributes; value: number }>>();
  const histograms = new Map<Measured, Map<string, HistogramPoint>>();
  let hasChanged = false;

  return {
    count(what, attributes) {
      const point = pointOf(counts, what, attributes, () => ({ attributes, value: 0 }));
      point.value += 1;
      hasChanged = true;
    },
    measure(what, seconds, attributes) {
      const point = pointOf(histograms, what, attributes, () => ({
        attributes,
        count: 0,
        sum: 0,
        buckets: Array.from({ length: BOUNDS.length + 1 }, () => 0),
      }));
      const bucket = BOUNDS.findIndex((bound) => seconds <= bound);
      const at = bucket < 0 ? BOUNDS.length : bucket;
      point.count += 1;
      point.sum += seconds;
      point.buckets[at] = (point.buckets[at] ?? 0) + 1;
      hasChanged = true;
    },
    changed() {
      if (!hasChanged) return undefined;
      hasChanged = false;
      return [
        ...[...counts].map(([name, points]): Metric => {
          return { kind: 'sum', name: metricName(name), unit: '1', points: [...points.values()] };
        }),
        ...[...histograms].map(([name, points]): Metric => {
          return { kind: 'histogram', name: metricName(name), unit: 's', bounds: BOUNDS, points: [...points.values()] };
        }),
      ];
    },
  };
}

function pointOf<W, P>(all: Map<W, Map<string, P>>, what: W, attributes: Attributes, first: () => P): P {
  const points = all.get(what) ?? new Map<string, P>();
  all.set(what, points);
  const key = JSON.stringify(Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const point = points.get(key) ?? first();
  points.set(key, point);
  return point;
}
