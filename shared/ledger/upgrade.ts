/**
 * How rows that an earlier version wrote become rows of today. Pure; one step from each schema to the next, for the kinds of rows whose shape
 * changed with it. All other rows are read as they are: what was added to them since may be missing.
 *
 * A row is upgraded when it is read, and written in today's shape when it changes: no migration runs over the ledger.
 */

type Columns = Record<string, unknown>;
type Step = (columns: Columns) => Columns;

/** Kinds of rows, by the schema that a step leads away from. */
const STEPS = {
  /** Until 2 a gate had one platform: its name, and no list of images. */
  candidate: {
    1({ platform, ...columns }) {
      if (typeof platform !== 'string') return columns;
      const { subject, images } = columns;
      return {
        ...columns,
        platforms: platform,
        ...(subject !== undefined && images === undefined ? { images: [{ platform, digest: subject }] } : {}),
      };
    },
  },
  /** Until 2 the question of a task check was kept; it is the policy's. */
  evidence: { 1: ({ task: _, ...columns }) => columns },
  /** Until 2 the layers were those of the one image. Some rows of schema 1 have those of each image already. */
  promotion: {
    1: ({ layers, ...columns }) => ({ ...columns, layers: isOfOneImage(layers) ? [layers] : layers }),
  },
} satisfies Record<string, Record<number, Step>>;

export type Upgraded = keyof typeof STEPS;

/** What is no row at all is left to whoever parses it. */
export function upgrade(kind: Upgraded, { from, to }: { from: number; to: number }, data: unknown): unknown {
  const steps: Record<number, Step> = STEPS[kind];
  let upgraded = data;
  for (let schema = from; schema < to; schema++) {
    const step = steps[schema];
    if (step && typeof upgraded === 'object' && upgraded !== null) upgraded = step({ ...upgraded });
  }
  return upgraded;
}

const isOfOneImage = (layers: unknown): layers is string[] =>
  Array.isArray(layers) && layers.length > 0 && layers.every((layer) => typeof layer === 'string');
