/**
 * Renders a task file's template: Go's text/template with the functions of sprig that public task files use
 * (https://learn.microsoft.com/azure/container-registry/container-registry-tasks-reference-yaml).
 *
 * A key that is not there renders as nothing, as in ACR Tasks. What is not built is refused by name before anything is rendered.
 */
import { evaluate } from './evaluate.ts';
import type { TemplateFunction } from './functions/arguments.ts';
import { collectionFunctions } from './functions/collections.ts';
import { compareFunctions } from './functions/compare.ts';
import { printFunctions } from './functions/print.ts';
import { textFunctions } from './functions/text.ts';
import { timeFunctions } from './functions/time.ts';
import { parseTemplate } from './parse.ts';
import type { Fields } from './value.ts';

export interface TemplateData {
  Run: Record<string, string>;
  Build: { ID: string };
  Values: Fields;
  Secrets: Record<string, string>;
  /** `Values` and `Run` as JSON, quoted for a shell. */
  ValuesJSON: string;
  RunJSON: string;
}

export interface TemplateContext {
  data: TemplateData;
  /** Epoch milliseconds: what `now` is. */
  nowMs: number;
}

/** They stop at the argument that decides, so they are no functions but a part of the evaluation. */
const SHORT_CIRCUITS = ['and', 'or'];

/** Throws `RunFailed`, or `NotSupportedLocally`. */
export function renderTemplate(text: string, { data, nowMs }: TemplateContext): string {
  const functions = new Map<string, TemplateFunction>(
    Object.entries({
      ...compareFunctions,
      ...textFunctions,
      ...collectionFunctions,
      ...printFunctions,
      ...timeFunctions({ nowMs }),
    }),
  );
  const nodes = parseTemplate(text, { knows: (name) => functions.has(name) || SHORT_CIRCUITS.includes(name) });
  return evaluate(nodes, { data: { ...data }, functions });
}
