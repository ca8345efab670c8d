/** What a template is rendered with, as a run of the registry `team` has it. */
import type { TemplateContext, TemplateData } from '../../../../local/cloud/tasks/template/render.ts';
import type { Fields } from '../../../../local/cloud/tasks/template/value.ts';

export function templateContext(
  options: { values?: Fields; secrets?: Record<string, string>; run?: Record<string, string> } = {},
): TemplateContext {
  const data: TemplateData = {
    Run: {
      ...{ ID: 'ca7', Registry: 'localhost:5001', RegistryName: 'team', Date: '20260901-100000z' },
      ...{ SharedVolume: 'shared', OS: 'linux', Architecture: 'amd64', Commit: 'abc', Branch: 'main' },
      ...options.run,
    },
    Build: { ID: 'ca7' },
    Values: options.values ?? {},
    Secrets: options.secrets ?? {},
    ValuesJSON: `'{"word":"it'"'"'s"}'`,
    RunJSON: '{}',
  };
  return { data, nowMs: Date.parse('2026-09-01T13:04:05.678Z') };
}
