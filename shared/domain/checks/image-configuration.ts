/**
 * The configuration of an image, read as the container engine reads it.
 *
 * Engines are written in Go, whose JSON reader takes `onbuild` for `OnBuild`. So a key is found whatever its letters' case, and one that is
 * there in two spellings makes the configuration ambiguous. Dates and history are the builder's words and are not read at all.
 */
import { z } from 'zod';
import { quoted } from './printable.ts';
import { readStrictJson } from './strict-json.ts';

const text = z.string().nullish();
const texts = z.array(z.string()).nullish();

const outerFields = { os: text, architecture: text, variant: text, config: z.unknown(), rootfs: z.unknown() };
const containerFields = {
  User: text,
  Entrypoint: texts,
  Cmd: texts,
  OnBuild: texts,
  ExposedPorts: z.record(z.string(), z.unknown()).nullish(),
  Labels: z.record(z.string(), z.string()).nullish(),
};
const rootfsFields = { diff_ids: texts };

export interface ImageConfiguration {
  /** `linux/amd64`, `linux/arm/v7`. */
  platform: { os: string; architecture: string; variant?: string };
  /** As it stands there; empty is root. */
  user: string;
  entrypoint: string[];
  command: string[];
  onBuild: string[];
  /** As they stand there, such as `8080/tcp`. */
  ports: string[];
  labels: ReadonlyMap<string, string>;
  /** The uncompressed layers, lowest first. */
  layers: string[];
}

export type ReadConfiguration =
  { kind: 'read'; configuration: ImageConfiguration } | { kind: 'garbled'; problem: string };

export function readImageConfiguration(blob: Uint8Array): ReadConfiguration {
  const json = readStrictJson(blob);
  if (json.kind === 'garbled') return json;
  const problems: string[] = [];
  const outer = readStruct(json.value, outerFields, { at: '', problems });
  const container = readStruct(outer.config ?? {}, containerFields, { at: 'config.', problems });
  const rootfs = readStruct(outer.rootfs ?? {}, rootfsFields, { at: 'rootfs.', problems });
  if (problems.length > 0) return { kind: 'garbled', problem: problems.join(', ') };
  return {
    kind: 'read',
    configuration: {
      platform: {
        os: outer.os ?? '',
        architecture: outer.architecture ?? '',
        ...(outer.variant ? { variant: outer.variant } : {}),
      },
      user: container.User ?? '',
      entrypoint: container.Entrypoint ?? [],
      command: container.Cmd ?? [],
      onBuild: container.OnBuild ?? [],
      ports: Object.keys(container.ExposedPorts ?? {}),
      labels: new Map(Object.entries(container.Labels ?? {})),
      layers: rootfs.diff_ids ?? [],
    },
  };
}

type Struct<F extends Record<string, z.ZodType>> = { [K in keyof F]: z.output<F[K]> | undefined };

function readStruct<F extends Record<string, z.ZodType>>(
  value: unknown,
  fields: F,
  { at, problems }: { at: string; problems: string[] },
): Struct<F> {
  const read: Record<string, unknown> = {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    problems.push(`${at === '' ? 'it' : quoted(at.slice(0, -1))} is not a mapping`);
    return read as Struct<F>;
  }
  const found = Object.entries(value);
  for (const [name, schema] of Object.entries(fields)) {
    const spellings = found.filter(([key]) => folded(key) === folded(name));
    const result = schema.safeParse(spellings[0]?.[1]);
    if (spellings.length > 1) problems.push(`it has "${at}${name}" in several spellings`);
    else if (!result.success) problems.push(`"${at}${name}" has the wrong type`);
    else read[name] = result.data;
  }
  return read as Struct<F>;
}

/** Go's `encoding/json` takes letters of one fold for equal, among them "ſ" for "s" and the Kelvin sign for "k". */
const folded = (key: string): string => key.toLowerCase().toUpperCase();
