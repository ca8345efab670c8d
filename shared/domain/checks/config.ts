/**
 * The `config` check: what a candidate says of itself in its manifest and configuration, held against what the policy expects.
 *
 * Every problem at once. Dates decide nothing: the builder writes them. Content is named by its digest, so what cannot be read will never be
 * readable and is a fail; what was not there is unknown, which the effect says.
 */
import type { ConfigCheck } from '../check.ts';
import { standsOn } from '../manifest.ts';
import type { Digest } from '../reference.ts';
import { readArtifact, type Artifact } from './artifact.ts';
import { readImageConfiguration, type ImageConfiguration } from './image-configuration.ts';
import type { Judgement } from './judgement.ts';
import { matchesPattern } from './pattern.ts';
import { listed, printable, quoted } from './printable.ts';

export interface ConfigFacts {
  /** Of the platform that is asked about, byte by byte. */
  manifest: Uint8Array;
  /** `undefined`: its manifest is that of no image, so there is nothing a container engine would read. */
  configuration?: Uint8Array;
  /** Which the manifest above is there for, such as `linux/amd64`. */
  platform: string;
  /** All that the upstream's index offers; empty when the upstream is no index. */
  offered: string[];
  /** What the gates of `base` have promoted for this platform. */
  bases: { gate: string; digest: Digest; layers: string[] }[];
}

/** A hostile image may have a thousand problems; nobody reads them all. */
const MOST_REASONS = 20;

export function judgeConfig(check: ConfigCheck, facts: ConfigFacts): Judgement {
  const artifact = readArtifact(facts.manifest);
  if (artifact.kind === 'garbled') return failed([`its manifest cannot be read: ${artifact.problem}`]);
  if (artifact.kind === 'index') return failed(['it is an index where the manifest of one platform was expected']);
  const common = [
    ...sizeProblems(check, artifact),
    ...typeProblems(check, artifact),
    ...annotationProblems(check, artifact),
  ];
  if (artifact.kind === 'artifact' || !facts.configuration) return failed([...common, ...imageOnly(check, artifact)]);

  const read = readImageConfiguration(facts.configuration);
  if (read.kind === 'garbled') return failed([...common, `its configuration cannot be read: ${read.problem}`]);
  const { configuration } = read;
  const problems = [
    ...common,
    ...platformProblems(check, facts, configuration),
    ...onBuildProblems(configuration),
    ...userProblems(check, configuration),
    ...portProblems(check, configuration),
    ...labelProblems(check, configuration),
    ...commandProblems(check, configuration),
    ...baseProblems(check, facts, configuration),
  ];
  return failed(problems, check.bases ? `it stands on ${baseOf(facts, configuration)}` : undefined);
}

function failed(problems: string[], otherwise?: string): Judgement {
  if (problems.length === 0) return { verdict: 'pass', reasons: otherwise === undefined ? [] : [otherwise] };
  const shown = problems.slice(0, MOST_REASONS);
  const rest = problems.length - shown.length;
  return { verdict: 'fail', reasons: rest > 0 ? [...shown, `and ${rest} more problems`] : shown };
}

function sizeProblems({ mostBytes }: ConfigCheck, { layers }: Artifact): string[] {
  const bytes = layers.reduce((sum, layer) => sum + layer.bytes, 0);
  if (mostBytes === undefined || bytes <= mostBytes) return [];
  return [`its layers have ${bytes} bytes (compressed), and ${mostBytes} are allowed`];
}

function typeProblems({ artifact }: ConfigCheck, { kind, type }: Artifact): string[] {
  if (artifact === undefined || (kind === 'artifact' && type === artifact)) return [];
  return [`it is ${kind === 'image' ? 'an image' : quoted(type)}, and "${artifact}" is expected`];
}

function annotationProblems({ annotations = {} }: ConfigCheck, found: Artifact): string[] {
  return expectedWords('annotation', annotations, new Map(Object.entries(found.annotations)));
}

/** What only an image has cannot be asked of a Helm chart or a policy bundle: no answer is no pass. */
function imageOnly(check: ConfigCheck, { type }: Artifact): string[] {
  const asked = (['platforms', 'user', 'ports', 'labels', 'entrypoint', 'command', 'bases'] as const).filter(
    (key) => check[key] !== undefined,
  );
  if (asked.length > 0) {
    const keys = asked.map((key) => (key === 'bases' ? 'base' : key)).join(', ');
    return [`it is no image but ${quoted(type)}, so it has no ${keys}; ask for "artifact", "annotations" or "maxSize"`];
  }
  if (check.artifact !== undefined) return [];
  return [`it is no image but ${quoted(type)}; if that is meant, say so: "artifact: ${printable(type)}"`];
}

function platformProblems(
  { platforms = [] }: ConfigCheck,
  { platform, offered }: ConfigFacts,
  { platform: own }: ImageConfiguration,
): string[] {
  const names = [own.os, own.architecture, own.variant].filter((part) => part !== undefined);
  const available = offered.length > 0 ? offered : [names.join('/')];
  const missing = platforms.filter((wanted) => !available.some((one) => samePlatform(one, wanted)));
  return [
    ...(samePlatform(names.join('/'), platform)
      ? []
      : [`its configuration is of ${quoted(names.join('/'))}, and it is there for ${platform}`]),
    ...(missing.length > 0 ? [`it has no ${missing.join(', ')}; it has ${listed(available)}`] : []),
  ];
}

/** A variant counts where both name one: `linux/arm64` and `linux/arm64/v8` are the same. */
function samePlatform(one: string, other: string): boolean {
  const [os, architecture, variant, ...more] = one.split('/');
  const [otherOs, otherArchitecture, otherVariant] = other.split('/');
  if (more.length > 0 || os !== otherOs || architecture !== otherArchitecture) return false;
  return !variant || !otherVariant || variant === otherVariant;
}

const onBuildProblems = ({ onBuild }: ImageConfiguration): string[] =>
  onBuild.length === 0 ? [] : [`it runs commands in every build on top of it (ONBUILD): ${listed(onBuild)}`];

/** Linux numbers users below this; a runtime refuses others. */
const MOST_USER_NUMBER = 2_147_483_647;

function userProblems({ user: wanted }: ConfigCheck, { user }: ImageConfiguration): string[] {
  if (wanted === undefined) return [];
  const [name = ''] = user.split(':');
  if (wanted !== 'not-root') {
    if (wanted.includes(user) || wanted.includes(name)) return [];
    return [`it runs as ${user === '' ? 'root' : quoted(user)}, and ${wanted.map(quoted).join(' or ')} is expected`];
  }
  if (name === '' || name === 'root') return [`it runs as root`];
  if (!/^[+-]?[0-9]+$/.test(name)) {
    return [
      `it runs as ${quoted(name)}; which number that is only its files say, and it may be root. If you know the name, list it: "user: [${printable(name)}]"`,
    ];
  }
  const number = Number(name);
  if (number === 0) return [`it runs as root (${quoted(user)})`];
  return number > 0 && number <= MOST_USER_NUMBER ? [] : [`it runs as ${quoted(user)}, which is no number of a user`];
}

function portProblems({ ports }: ConfigCheck, configuration: ImageConfiguration): string[] {
  if (ports === undefined) return [];
  const exposed = configuration.ports.map((port) => (port.includes('/') ? port.toLowerCase() : `${port}/tcp`));
  const others = exposed.filter((port) => !ports.includes(port));
  if (others.length === 0) return [];
  return [`it exposes ${listed(others)}, and ${ports.length > 0 ? `only ${ports.join(', ')}` : 'no port'} is allowed`];
}

const labelProblems = ({ labels = {} }: ConfigCheck, configuration: ImageConfiguration): string[] =>
  expectedWords('label', labels, configuration.labels);

const expectedWords = (what: string, expected: Record<string, string>, found: ReadonlyMap<string, string>): string[] =>
  Object.entries(expected).flatMap(([name, pattern]) => {
    const value = found.get(name);
    if (value === undefined) return [`the ${what} ${quoted(name)} is missing`];
    if (matchesPattern(value, pattern)) return [];
    return [`the ${what} ${quoted(name)} is ${quoted(value)}, and ${quoted(pattern)} is expected`];
  });

function commandProblems({ entrypoint, command }: ConfigCheck, found: ImageConfiguration): string[] {
  const differs = (what: string, expected: string[] | undefined, actual: string[]) =>
    expected === undefined || (expected.length === actual.length && expected.every((part, at) => part === actual[at]))
      ? []
      : [`its ${what} is [${listed(actual)}], and [${listed(expected)}] is expected`];
  return [...differs('entry point', entrypoint, found.entrypoint), ...differs('command', command, found.command)];
}

/** Layers prove it: an engine refuses layers that are not what the configuration says. Annotations that name a base are only words. */
function baseProblems({ bases }: ConfigCheck, facts: ConfigFacts, configuration: ImageConfiguration): string[] {
  if (bases === undefined || baseOf(facts, configuration) !== undefined) return [];
  return [`it stands on nothing that ${bases.map((gate) => `gate "${gate}"`).join(' or ')} promoted`];
}

function baseOf({ bases }: ConfigFacts, { layers }: ImageConfiguration): string | undefined {
  const found = bases
    .filter((base) => standsOn(layers, base.layers))
    .toSorted((a, b) => b.layers.length - a.layers.length)[0];
  return found && `${found.digest} of gate "${found.gate}"`;
}
