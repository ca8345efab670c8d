/** The two steps of a Docker build, as ACR Tasks' engine makes them: image names get the registry's login server in front. */
import { shellWord } from '../../containers/client-script.ts';
import { withTag } from './image-name.ts';
import { DOCKER_BUILD_TIMEOUT_SECONDS, DOCKER_PUSH_TIMEOUT_SECONDS, RETRY_DELAY_SECONDS } from './limits.ts';
import type { DockerStep } from './schemas.ts';
import type { Plan, Step } from './step.ts';
import { renderTemplate, type TemplateContext } from './template/render.ts';

export function planDockerBuild(
  step: DockerStep,
  options: { context: TemplateContext; folder: string; loginServer: string },
): Plan {
  const { context, folder, loginServer } = options;
  const images = step.imageNames.map((name) => prefixed(renderTemplate(name, context), loginServer));
  const flags = [
    ...(step.noCache ? ['--no-cache'] : []),
    ...['-f', step.dockerFilePath],
    ...images.flatMap((image) => ['-t', image]),
    ...step.arguments.flatMap(({ name, value }) => ['--build-arg', `${name}=${renderTemplate(value, context)}`]),
    ...(step.target ? ['--target', step.target] : []),
  ];
  const common = {
    ...{
      startDelaySeconds: 0,
      workingDirectory: folder,
      environment: [],
      network: '',
      repeats: 0,
      ignoreErrors: false,
    },
    retry: { times: 0, delaySeconds: RETRY_DELAY_SECONDS, onErrors: [] },
  };
  const build: Step = {
    ...common,
    id: 'build',
    after: [],
    timeoutSeconds: DOCKER_BUILD_TIMEOUT_SECONDS,
    work: { kind: 'build', command: [...flags, '.'].map(shellWord).join(' ') },
  };
  const push: Step = {
    ...common,
    id: 'push',
    after: ['build'],
    timeoutSeconds: DOCKER_PUSH_TIMEOUT_SECONDS,
    work: { kind: 'push', images: images.map(withTag) },
  };
  const steps = step.isPushEnabled && images.length > 0 ? [build, push] : [build];
  return { steps, networks: [], volumes: [], secrets: [] };
}

/** https://github.com/Azure/acr-builder, util/prefixes.go */
function prefixed(image: string, loginServer: string): string {
  return image.startsWith(loginServer) || image.startsWith('library/') ? image : `${loginServer}/${image}`;
}
