/**
 * The `alias:` block of a task file and the aliases that are always there (version v1.1.0 and later): `$Registry` and its kind.
 *
 * They are replaced in the text before it is rendered as a template and read as YAML, so an alias may stand for a template.
 */
import { parse } from 'yaml';
import { z } from 'zod';
import { NotSupportedLocally, RunFailed } from './failures.ts';
import { IMAGE_ALIASES } from './image-aliases.ts';
import { renderTemplate, type TemplateContext } from './template/render.ts';

/** https://learn.microsoft.com/azure/container-registry/container-registry-tasks-reference-yaml#aliases */
const ALWAYS = ['ID', 'SharedVolume', 'Registry', 'RegistryName', 'Date', 'OS', 'Architecture', 'Commit', 'Branch'];

const values = z.record(
  z.string().regex(/^[A-Za-z0-9]+$/, 'an alias has letters and digits only'),
  z.union([z.string(), z.number(), z.boolean()]).transform(String),
);
const block = z.strictObject({
  src: z.array(z.string()).default([]),
  values: values.default({}),
  directive: z
    .string()
    .regex(/^[^A-Za-z0-9\s]$/, 'a directive is one character that is neither letter nor digit')
    .default('$'),
});

export interface AliasedText {
  text: string;
  /** What a `cmd` may begin with, without the directive: the aliases of the file and those of Microsoft's images. */
  values: Record<string, string>;
}

/** `readFile`: of the source, by its path there. */
export async function replaceAliases(
  text: string,
  options: { context: TemplateContext; readFile: (path: string) => Promise<string> },
): Promise<AliasedText> {
  const { before, aliases, after } = cutBlock(text);
  const definition = aliases === undefined ? block.parse({}) : readBlock(renderTemplate(aliases, options.context));
  const own: Record<string, string> = { ...IMAGE_ALIASES };
  // A later file wins over an earlier one, and the block itself over all.
  for (const path of definition.src) Object.assign(own, await readSource(path, options.readFile));
  Object.assign(own, definition.values);
  const all: Record<string, string> = {
    ...Object.fromEntries(ALWAYS.map((name) => [name, `{{.Run.${name}}}`])),
    ...own,
  };
  const directive = definition.directive.replace(/[\\^$.*+?()[\]{}|]/, '\\$&');
  const replaced = `${before}${after}`.replaceAll(
    new RegExp(`${directive}(${directive}|[A-Za-z0-9]+)`, 'g'),
    (found, name: string) => {
      if (name === definition.directive) return name;
      return Object.hasOwn(all, name) ? (all[name] ?? found) : found;
    },
  );
  return { text: replaced, values: own };
}

function cutBlock(text: string): { before: string; aliases?: string; after: string } {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => /^alias\s*:/.test(line));
  if (start < 0) return { before: text, after: '' };
  const length = lines.slice(start + 1).findIndex((line) => /^[^\s#-]/.test(line));
  const end = length < 0 ? lines.length : start + 1 + length;
  const part = (from: number, to: number) => lines.slice(from, to).join('\n');
  return {
    before: start === 0 ? '' : `${part(0, start)}\n`,
    aliases: part(start, end),
    after: part(end, lines.length),
  };
}

function readBlock(text: string): z.infer<typeof block> {
  const parsed = z.object({ alias: block.nullable() }).safeParse(parse(text));
  if (!parsed.success) throw new RunFailed(`failed to read the alias block: ${z.prettifyError(parsed.error)}`);
  return parsed.data.alias ?? block.parse({});
}

async function readSource(
  path: string,
  readFile: (path: string) => Promise<string>,
): Promise<z.infer<typeof values> | null> {
  if (/^[a-z]+:\/\//i.test(path)) throw new NotSupportedLocally(`the URL ${path} in alias.src of a task file`);
  const parsed = values.nullable().safeParse(parse(await readFile(path)));
  if (!parsed.success) throw new RunFailed(`failed to read the aliases of ${path}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
