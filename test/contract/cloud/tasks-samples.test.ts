/** Task files in the manner of those that are published for ACR Tasks, each run whole: the order of its steps, what it says, how it ends. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { app } from './services.ts';
import { makeToken, readManifest } from './tasks-token.ts';
import { openTasksSystem, REGISTRY, RUNNER, SECRETS, type Ended, type TasksSystem } from './tasks-system.ts';

const VAULT = 'https://vault.test';
const DOCKERFILE = 'ARG BASE\nFROM ${BASE}\nARG WORD=hello\nRUN echo $WORD > /word\nCMD ["cat", "/word"]\n';

let system: TasksSystem;
beforeAll(async () => {
  system = await openTasksSystem();
});
afterAll(() => system.close());

async function runSample(name: string, files: Record<string, string> = {}): Promise<Ended> {
  const file = fileURLToPath(new URL(`task-files/${name}`, import.meta.url));
  const sourceLocation = await system.upload({
    Dockerfile: DOCKERFILE,
    ...files,
    'acr-task.yaml': await readFile(file, 'utf8'),
  });
  const values = { runner: RUNNER, vault: VAULT, identity: app.clientId };
  return system.runAsApp({
    step: {
      type: 'FileTask',
      contextPath: sourceLocation,
      taskFilePath: 'acr-task.yaml',
      values: Object.entries(values).map(([key, value]) => ({ name: key, value })),
    },
  });
}

/** What the agent says of its steps, in its order: `began a`, `ended a`. */
const steps = ({ log }: Ended): string[] =>
  [...log.matchAll(/ (Executing step ID|Successfully executed container|Container failed during run): ([\w-]+)/g)].map(
    ([, what, id]) =>
      `${what === 'Executing step ID' ? 'began' : what?.startsWith('Success') ? 'ended' : 'failed'} ${id}`,
  );
const successes = ({ log }: Ended): string[] =>
  [...log.matchAll(/Step ID: ([\w-]+) marked as successful/g)].map(([, id]) => id ?? '');

describe('a published task file', () => {
  it('with several steps and when: what waits for the build runs after it, and the push after both', async () => {
    const run = await runSample('multi-step.yaml');

    expect(run).toMatchObject({ status: 'Succeeded', complete: 'successful' });
    const order = steps(run);
    expect(order.slice(0, 2)).toEqual(['began build', 'ended build']);
    expect(order.slice(2, 4).toSorted()).toEqual(['began has-the-word', 'began starts']);
    expect(order.at(-1)).toBe('began push');
    expect(successes(run)).toEqual(['build', 'starts', 'has-the-word', 'push']);
    expect(run.outputImages).toMatchObject([{ repository: 'samples/multi-step', tag: run.runId }]);
  });

  it('with pipelines: the shell outside joins what containers say', async () => {
    const run = await runSample('cmd-pipelines.yaml');

    expect(run.status).toBe('Succeeded');
    expect(run.log).toContain('3 lines, first apple\r\n');
    expect(run.log).toContain('APPLE\r\nFIG\r\nPEAR\r\nMADE UP\r\n');
    expect(successes(run)).toEqual(['list', 'count', 'both', 'show']);
  });

  it('that builds and pushes under the id of the run', async () => {
    const run = await runSample('build-and-push.yaml');

    expect(run.status).toBe('Succeeded');
    const [byRun, latest] = run.outputImages;
    expect(byRun).toMatchObject({ registry: system.registry, repository: 'samples/by-run', tag: run.runId });
    expect(latest).toEqual({ ...byRun, tag: 'latest' });
    expect(run.log).toContain(`Successfully pushed image: ${system.registry}/samples/by-run:latest`);
  });

  it('with parallel builds, which really run side by side', async () => {
    const run = await runSample('parallel-builds.yaml');

    expect(run.status).toBe('Succeeded');
    const order = steps(run);
    expect(order.slice(0, 4).toSorted()).toEqual(['began left', 'began meet-left', 'began meet-right', 'began right']);
    expect(order.at(-1)).toBe('began push');
    expect(run.outputImages.map(({ repository }) => repository)).toEqual(['samples/left', 'samples/right']);
  });

  it('that packages a chart and pushes it as an artifact with a login from the key vault', async () => {
    const login = await makeToken(system.client, {
      ...{ registry: REGISTRY, repository: 'helm/chart' },
      actions: ['read', 'write'],
    });
    SECRETS[`${VAULT}/secrets/push-user`] = login.username;
    SECRETS[`${VAULT}/secrets/push-password`] = login.password;

    const run = await runSample('push-artifact.yaml', {
      'chart/Chart.yaml': 'name: chart\nversion: 0.1.0\n',
      'package.sh': PACKAGE,
    });

    expect(run.status).toBe('Succeeded');
    expect(successes(run)).toEqual(['package', 'push']);
    expect(run.log).not.toContain(login.password);
    expect(await readManifest(system.registry, login, { repository: 'helm/chart', tag: '0.1.0' })).toMatchObject({
      config: { mediaType: 'application/vnd.cncf.helm.config.v1+json' },
      layers: [{ mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip' }],
    });
  });

  it('with secrets of the key vault, in the environment and as files, and not in the log', async () => {
    SECRETS[`${VAULT}/secrets/token`] = 'open-sesame';
    SECRETS[`${VAULT}/secrets/deploy-key`] = 'line-one\nline-two';

    const run = await runSample('secrets.yaml');

    expect(run.status).toBe('Succeeded');
    expect(run.log).toContain('the token is ***\r\n');
    // The two lines and the line end that the agent puts behind them.
    expect(run.log).toContain('***\r\n***\r\n18\r\ndeploy.key\r\nnote.txt\r\n');
    expect(run.log).not.toMatch(/open-sesame|line-one|line-two/);
  });

  it('with a step that fails: the run ends with it', async () => {
    const run = await runSample('failing-step.yaml');

    expect(run).toMatchObject({ status: 'Failed', complete: 'failed' });
    expect(run.message).toBe('failed to run step ID: lint: exit status 3');
    expect(steps(run).slice(0, 2)).toEqual(['began prepare', 'ended prepare']);
    expect(steps(run)).toContain('failed lint');
    expect(steps(run)).not.toContain('began publish');
    expect(run.log).toContain('3 problems\r\n');
    expect(run.log).toContain('Container failed during run: lint. No retries remaining.');
    expect(run.log).not.toContain('never said');
    expect(run.log).toMatch(/Run ID: \w+ failed after \d+s\. Error: failed to run step ID: lint: exit status 3\r\n$/);
  });

  it('with a step that hangs: it is ended in time', async () => {
    const run = await runSample('time-out.yaml');

    expect(run).toMatchObject({ status: 'Timeout', complete: 'timedout' });
    expect(run.message).toContain('failed to run step ID: hangs: timed out after 2 s');
    expect(run.log).toContain('in time\r\n');
    expect(run.log).toContain('waiting\r\n');
    expect(run.log).not.toContain('never said');
  });

  it('with errors that are ignored, tries and repeats', async () => {
    const run = await runSample('ignored-error.yaml');

    expect(run.status).toBe('Succeeded');
    expect(run.log).toContain(
      'Step ID: optional encountered an error: exit status 5, but is set to ignore errors. Continuing...',
    );
    expect(run.log).toContain('Step ID: too-slow encountered an error: timed out after 1 s');
    expect(run.log.match(/Container failed during run: flaky, waiting 1 seconds before retrying/g)).toHaveLength(2);
    expect(run.log).toContain('third time lucky\r\n');
    expect(run.log.match(/^said again\r$/gm)).toHaveLength(2);
    expect(successes(run)).toEqual(['optional', 'too-slow', 'flaky', 'twice']);
  });

  it('with working directories and an environment, of the file and of its steps', async () => {
    await system.pushImage('samples/with-workdir:1', `FROM ${system.base}\nWORKDIR /of/the/image\n`);

    const run = await runSample('working-directories.yaml', {
      'services/list.txt': 'api',
      'services/api/Dockerfile': DOCKERFILE.replace('hello', 'api'),
      'services/api/server.txt': '',
    });

    expect(run.status).toBe('Succeeded');
    expect(run.log).toContain('/workspace/services has api list.txt in test west\r\n');
    expect(run.log).toContain('/workspace/services/api has Dockerfile server.txt in production west\r\n');
    expect(run.log).toContain('/of/the/image\r\n');
    expect(run.log).toMatch(/^api\r$/m);
  });
});

/** What `helm package` and `helm push` make of a chart, as an OCI layout. */
const PACKAGE = `set -eu
mkdir -p packaged/blobs/sha256
echo '{"imageLayoutVersion":"1.0.0"}' > packaged/oci-layout
store() { sum=$(sha256sum "$1" | cut -d' ' -f1); size=$(wc -c < "$1"); mv "$1" packaged/blobs/sha256/$sum; }
tar -czf chart.tgz "$1"
store chart.tgz
layer='{"mediaType":"application/vnd.cncf.helm.chart.content.v1.tar+gzip","digest":"sha256:'$sum'","size":'$size'}'
printf '{"name":"%s","version":"%s"}' "$1" "$2" > config.json
store config.json
config='{"mediaType":"application/vnd.cncf.helm.config.v1+json","digest":"sha256:'$sum'","size":'$size'}'
printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":%s,"layers":[%s]}' "$config" "$layer" > manifest.json
store manifest.json
printf '{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:%s","size":%s,"annotations":{"org.opencontainers.image.ref.name":"%s"}}]}' "$sum" "$size" "$2" > packaged/index.json
`;
