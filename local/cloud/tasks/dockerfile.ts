/**
 * The images a Dockerfile is built from: each `FROM` that is no stage of its own, with build arguments filled in, and images of `COPY --from`.
 *
 * Reads what is needed for that and nothing else (https://docs.docker.com/reference/dockerfile/#from).
 */
export interface BaseImage {
  reference: string;
  /** `runtime`: what the built image stands on. `buildtime`: another stage. `copied`: only files are taken from it. */
  use: 'runtime' | 'buildtime' | 'copied';
}

export function baseImages(
  dockerfile: string,
  options: { arguments: Record<string, string>; target?: string },
): BaseImage[] {
  const variables: Record<string, string> = {};
  const stages: { name?: string; base: string }[] = [];
  const copied: string[] = [];
  for (const line of instructions(dockerfile)) {
    const [keyword = '', ...rest] = line.split(/\s+/);
    if (keyword.toUpperCase() === 'ARG' && stages.length === 0) {
      const [name = '', value = ''] = splitOnce(rest.join(' '));
      variables[name] = options.arguments[name] ?? unquote(expand(value, variables));
    } else if (keyword.toUpperCase() === 'FROM') {
      const [image = '', as, name] = rest.filter((word) => !word.startsWith('--'));
      const isNamed = as?.toUpperCase() === 'AS' && name !== undefined;
      stages.push({ base: expand(image, variables), ...(isNamed ? { name: name.toLowerCase() } : {}) });
    } else if (keyword.toUpperCase() === 'COPY') {
      const from = rest.find((word) => word.startsWith('--from='));
      if (from !== undefined) copied.push(expand(from.slice('--from='.length), variables));
    }
  }
  const target = options.target?.toLowerCase();
  const last = target === undefined ? stages.length - 1 : stages.findIndex((stage) => stage.name === target);
  const runtime = rootOf(stages, last);
  const names = new Set(stages.flatMap(({ name }) => name ?? []));
  const isImage = (reference: string) =>
    reference !== '' && reference !== 'scratch' && !names.has(reference.toLowerCase());
  const found: BaseImage[] = [
    ...(runtime === undefined ? [] : [{ reference: runtime, use: 'runtime' as const }]),
    ...stages.map(({ base }) => ({ reference: base, use: 'buildtime' as const })),
    ...copied.filter((from) => !/^\d+$/.test(from)).map((reference) => ({ reference, use: 'copied' as const })),
  ].filter(({ reference }) => isImage(reference));
  return found.filter((image, index) => found.findIndex(({ reference }) => reference === image.reference) === index);
}

/** Follows `FROM <stage>` down to an image. */
function rootOf(stages: { name?: string; base: string }[], index: number): string | undefined {
  const stage = stages[index];
  if (!stage) return undefined;
  const earlier = stages.slice(0, index).findLastIndex(({ name }) => name === stage.base.toLowerCase());
  return earlier < 0 ? stage.base : rootOf(stages, earlier);
}

/** Lines without comments, with continued ones joined. */
function instructions(dockerfile: string): string[] {
  const lines = dockerfile.split(/\r?\n/).filter((line) => !line.trimStart().startsWith('#'));
  return lines
    .join('\n')
    .replaceAll(/\\[ \t]*\n/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** `$NAME`, `${NAME}`, `${NAME:-default}` and `${NAME:+other}`. */
function expand(text: string, variables: Record<string, string>): string {
  return text.replaceAll(
    /\$(?:(\w+)|\{(\w+)(?::([-+])([^}]*))?\})/g,
    (
      _found,
      plain: string | undefined,
      braced: string | undefined,
      modifier: string | undefined,
      word: string = '',
    ) => {
      const value = variables[plain ?? braced ?? ''] ?? '';
      if (modifier === '-') return value === '' ? word : value;
      if (modifier === '+') return value === '' ? '' : word;
      return value;
    },
  );
}

function splitOnce(text: string): [string, string] {
  const index = text.indexOf('=');
  return index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index + 1)];
}

const unquote = (text: string): string => text.replace(/^(["'])(.*)\1$/, '$2');
