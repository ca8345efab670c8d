/** What a template of a run can name: `.Run`, `.Build`, `.Values` and the two of them that are JSON. */
import { arch } from 'node:os';
import type { Registry } from './records.ts';
import type { RunContext } from './run-context.ts';
import type { TemplateContext } from './template/render.ts';
import { json, type Fields } from './template/value.ts';
import type { Checkout } from './workspace.ts';

export function templateContext(
  { world, run, loginServer, volume }: RunContext,
  options: { values: Fields; checkout: Checkout; registry: Registry },
): TemplateContext {
  const { values, checkout, registry } = options;
  const nowMs = world.clock.now();
  const Run = {
    ...{ ID: run.runId, Registry: loginServer, RegistryName: registry.name, Date: dateOf(nowMs), SharedVolume: volume },
    ...{ OS: 'linux', OSVersion: '', Architecture: arch() === 'x64' ? 'amd64' : arch() },
    ...{ Commit: checkout.commit, Branch: checkout.branch, GitTag: '' },
    ...{ TriggeredBy: run.sourceTrigger?.eventType ?? '', Repository: run.sourceTrigger?.repositoryUrl ?? '' },
    TaskName: run.task ?? '',
  };
  return {
    data: {
      ...{ Run, Build: { ID: run.runId }, Values: values, Secrets: {} },
      ...{ ValuesJSON: shellQuoted(json(values)), RunJSON: shellQuoted(json(Run)) },
    },
    nowMs,
  };
}

/** `20260901-100000z` */
const dateOf = (atMs: number): string =>
  new Date(atMs)
    .toISOString()
    .replaceAll(/[-:]|\.\d+/g, '')
    .replace('T', '-')
    .toLowerCase();

/** https://github.com/Azure/acr-builder, templating/base_render_options.go */
const shellQuoted = (text: string): string =>
  /[^\w@%+=:,./-]/.test(text) ? `'${text.replaceAll("'", `'"'"'`)}'` : text;
