/**
 * What the agent of ACR Tasks writes at the end of a run that has built something: from which images, and their digests, as YAML.
 *
 * As in https://learn.microsoft.com/azure/container-registry/container-registry-tutorial-build-task; which stage was for which image is not
 * known here, so the stages stand with the first.
 */
import type { ImageDependency } from './records.ts';
import type { RunLog } from './run-log.ts';

export function writeDependencyRecord(log: Pick<RunLog, 'say' | 'line'>, dependencies: ImageDependency[]): void {
  if (dependencies.length === 0) return;
  const runtime = dependencies.filter(({ type }) => type === 'Runtime');
  const buildTime = dependencies.filter(({ type }) => type === 'BuildTime');
  log.say('The following dependencies were found:');
  log.say('');
  for (const [index, dependency] of runtime.entries()) {
    log.line('- runtime-dependency:');
    for (const field of fieldsOf(dependency)) log.line(`    ${field}`);
    if (index === 0 && buildTime.length > 0) log.line('  buildtime-dependency:');
    for (const stage of index === 0 ? buildTime : []) {
      for (const [at, field] of fieldsOf(stage).entries()) log.line(`${at === 0 ? '  - ' : '    '}${field}`);
    }
    log.line('  git: {}');
  }
  log.line('');
}

const fieldsOf = ({ registry, repository, tag, digest }: ImageDependency): string[] => [
  `registry: ${registry}`,
  `repository: ${repository}`,
  ...(tag === undefined ? [] : [`tag: ${JSON.stringify(tag)}`]),
  ...(digest === undefined ? [] : [`digest: ${digest}`]),
];
