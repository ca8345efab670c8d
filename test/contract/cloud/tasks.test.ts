import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTasksSystem, PLATFORM, REGISTRY, RESOURCE_GROUP, RUNNER, type TasksSystem } from './tasks-system.ts';
import { eventually } from './services.ts';

let system: TasksSystem;
beforeAll(async () => {
  system = await openTasksSystem();
});
afterAll(() => system.close());

describe('a task file', () => {
  it('runs a command in a container, with the workspace of the run', async () => {
    const run = await system.runFile([
      'version: v1.1.0',
      'steps:',
      `  - cmd: ${system.base} sh -c 'echo from the container > /workspace/said; pwd'`,
      `  - cmd: ${RUNNER} cat said`,
    ]);

    expect(run).toMatchObject({ status: 'Succeeded', complete: 'successful' });
    expect(run.log).toContain('/workspace\r\n');
    expect(run.log).toContain('from the container\r\n');
    expect(run.log).toMatch(/Run ID: ca\d+ was successful after \d+s\r\n$/);
  });

  it('ends at the first step that fails, and says which', async () => {
    const run = await system.runFile([
      'steps:',
      `  - id: breaks`,
      `    cmd: ${system.base} sh -c 'exit 7'`,
      `  - cmd: ${RUNNER} echo never said`,
    ]);

    expect(run).toMatchObject({ status: 'Failed', complete: 'failed' });
    expect(run.message).toBe('failed to run step ID: breaks: exit status 7');
    expect(run.log).not.toContain('never said\r\n');
  });

  it('is refused as a whole for one thing that is not supported here, by its name', async () => {
    const run = await system.runFile([
      'steps:',
      `  - cmd: ${RUNNER} echo never said`,
      `  - cmd: ${RUNNER} echo neither`,
      '    cpus: 3',
      '    privileged: true',
    ]);

    expect(run.status).toBe('Failed');
    expect(run.log).toContain('NotSupportedLocally: cpus, privileged (in steps.1)');
    expect(run.log).not.toContain('never said');
  });

  it('lets shell characters act outside of the container, as on the agent', async () => {
    const run = await system.runFile([
      'steps:',
      `  - cmd: ${system.base} echo inside > file-outside`,
      `  - cmd: ${RUNNER} ls`,
    ]);

    expect(run.status).toBe('Succeeded');
    expect(run.log).toContain('file-outside\r\n');
  });

  it('shows neither secret values nor logins in the log', async () => {
    const run = await system.runFile(['steps:', `  - cmd: ${RUNNER} echo it is {{.Values.word}} here`], {
      values: [{ name: 'word', value: 'open-sesame', isSecret: true }],
    });

    expect(run.log).toContain('it is *** here');
    expect(run.log).not.toContain('open-sesame');
  });
});

describe('a step of the runner image', () => {
  it('acts on this engine with the login of the registry, and nothing of our environment', async () => {
    process.env['SECRET_OF_THE_HOST'] = 'do-not-tell';

    const run = await system.runFile([
      'steps:',
      `  - cmd: ${RUNNER} docker pull ${system.base}`,
      `  - cmd: ${RUNNER} run --rm ${system.base} echo nested`,
      `  - cmd: ${RUNNER} env`,
    ]);

    delete process.env['SECRET_OF_THE_HOST'];
    expect(run.status).toBe('Succeeded');
    expect(run.log).toContain('nested\r\n');
    expect(run.log).not.toMatch(/SECRET_OF_THE_HOST|NODE_|do-not-tell/);
  });

  it('leaves no container, volume or program behind', async () => {
    const leave = `docker volume create && docker run --detach ${system.base} sleep 1000 && (setsid sleep 98765 &)`;

    const run = await system.runFile(['steps:', `  - cmd: ${RUNNER} sh -c "${leave} && ps -eo args"`]);

    expect(run.status).toBe('Succeeded');
    expect(run.log).toContain('sleep 98765\r\n');
    expect(run.log.match(/^[0-9a-f]{64}\r$/gm)).toHaveLength(2);
    const { engine } = system.world;
    const label = `label=gated-import-run=${system.world.config.instance}.team.${run.runId}`;
    expect(await engine.ok(['ps', '--all', '--quiet', '--filter', label])).toBe('');
    expect(await engine.ok(['volume', 'ls', '--quiet', '--filter', label])).toBe('');
    expect(spawnSync('ps', ['-eo', 'args']).stdout.toString()).not.toContain('sleep 98765');
  });
});

describe('a build', () => {
  const dockerfile = 'ARG FROM\nFROM ${FROM}\nARG WORD\nRUN echo $WORD > /word\nCMD ["cat", "/word"]\n';

  it('builds an uploaded context, pushes it under the registry, and names what it is and what it stands on', async () => {
    const sourceLocation = await system.upload({ Dockerfile: dockerfile });

    const run = await system.ended(
      await system.schedule({
        type: 'DockerBuildRequest',
        imageNames: ['built/by-request:{{.Run.ID}}'],
        dockerFilePath: 'Dockerfile',
        arguments: [
          { name: 'FROM', value: system.base },
          { name: 'WORD', value: 'two words' },
        ],
        platform: PLATFORM,
        sourceLocation,
      }),
    );

    expect(run).toMatchObject({ status: 'Succeeded' });
    expect(run.outputImages).toEqual([
      {
        registry: system.registry,
        repository: 'built/by-request',
        tag: run.runId,
        digest: expect.stringMatching(/^sha256:/),
      },
    ]);
    const image = `${system.registry}/built/by-request@${run.outputImages[0]?.digest}`;
    const read = await system.runFile(['steps:', `  - cmd: ${image}`]);
    expect(read.log).toContain('two words\r\n');
  });

  it('of a task notes the base images of its Dockerfile on the task', async () => {
    const { url, commit } = await system.commit('with-task', { 'app/Dockerfile': dockerfile });
    await system.client.tasks.beginCreateAndWait(RESOURCE_GROUP, REGISTRY, 'Build-Task', {
      location: 'westeurope',
      platform: PLATFORM,
      step: {
        type: 'Docker',
        contextPath: `${url}#main:app`,
        dockerFilePath: 'Dockerfile',
        imageNames: ['built/by-task:1'],
        arguments: [{ name: 'FROM', value: 'nowhere.test/none:1' }],
      },
    });
    const taskId = `/subscriptions/${system.world.config.subscription}/resourceGroups/${RESOURCE_GROUP}/providers/Microsoft.ContainerRegistry/registries/${REGISTRY}/tasks/build-task`;

    const run = await system.ended(
      await system.schedule({
        type: 'TaskRunRequest',
        taskId,
        overrideTaskStepProperties: { arguments: [{ name: 'FROM', value: system.base }] },
      }),
    );

    expect(run).toMatchObject({ status: 'Succeeded' });
    expect(run.log).toContain(commit);
    const task = await system.client.tasks.get(RESOURCE_GROUP, REGISTRY, 'build-task');
    expect(task.step?.baseImageDependencies).toEqual([
      { type: 'Runtime', registry: system.registry, repository: 'base/shell', tag: '1', digest: system.baseDigest },
    ]);
  });

  it('in a task file may be tested before it is pushed', async () => {
    const sourceLocation = await system.upload({
      Dockerfile: dockerfile,
      'acr-task.yaml': [
        '# from the file',
        'version: v1.1.0',
        'alias:',
        '  values:',
        '    image: "{{.Run.Registry}}/tested/image:{{.Run.ID}}"',
        'steps:',
        '  - id: build',
        `    build: -t $image --build-arg FROM={{.Values.base}} --build-arg WORD=tested -f Dockerfile .`,
        '  - id: test',
        '    cmd: $image',
        '    when: [build]',
        '  - push: [$image]',
        '    when: [test]',
      ].join('\n'),
    });

    const run = await system.ended(
      await system.schedule({
        type: 'FileTaskRunRequest',
        taskFilePath: 'acr-task.yaml',
        values: [{ name: 'base', value: system.base }],
        platform: PLATFORM,
        sourceLocation,
      }),
    );

    expect(run).toMatchObject({ status: 'Succeeded', outputImages: [{ repository: 'tested/image', tag: run.runId }] });
    expect(run.log).toContain('tested\r\n');
  });

  it('uses what the tag names today, not what this machine pulled before', async () => {
    await system.pushImage('moving/base:1', `FROM scratch\nCOPY busybox /bin/sh\nENV PATH=/bin\nLABEL version=old`);
    const build = ['steps:', '  - build: -t $Registry/moved:1 -f Dockerfile .', '  - push: [$Registry/moved:1]'];
    const files = {
      Dockerfile: `FROM ${system.registry}/moving/base:1\nLABEL built=yes\n`,
      'acr-task.yaml': ['version: v1.1.0', ...build].join('\n'),
    };
    const request = async () => ({
      type: 'FileTaskRunRequest',
      taskFilePath: 'acr-task.yaml',
      platform: PLATFORM,
      sourceLocation: await system.upload(files),
    });
    await system.ended(await system.schedule(await request()));
    const today = await system.pushImage(
      'moving/base:1',
      `FROM scratch\nCOPY busybox /bin/sh\nENV PATH=/bin\nLABEL version=new`,
    );

    const run = await system.ended(await system.schedule(await request()));

    expect(run.status).toBe('Succeeded');
    expect(run.log).toContain(today);
  });
});

describe('a run', () => {
  it('is answered as queued, and its log can be read while it grows', async () => {
    const answer = await system.arm('POST', '/scheduleRun', {
      type: 'EncodedTaskRunRequest',
      encodedTaskContent: Buffer.from(
        `steps:\n  - cmd: ${RUNNER} sh -c "echo first; while [ ! -e go ]; do sleep 0.1; done"\n    id: waits`,
      ).toString('base64'),
      platform: PLATFORM,
    });

    expect(answer).toMatchObject({
      status: 200,
      body: { properties: { status: 'Queued', provisioningState: 'Succeeded' } },
    });
    const { runId } = (answer.body as { properties: { runId: string } }).properties;
    const log = await eventually(async () => {
      const read = await system.log(runId);
      return read.text.includes('first\r\n') ? read : undefined;
    });
    expect(log.complete).toBeUndefined();
    await system.client.runs.beginCancelAndWait(RESOURCE_GROUP, REGISTRY, runId);
    expect(await system.ended(runId)).toMatchObject({ status: 'Canceled', complete: 'canceled' });
  });

  it('whose step takes too long times out, and its container is gone', async () => {
    const run = await system.runFile([
      'steps:',
      `  - cmd: ${system.base} sh -c 'trap "" TERM; sleep 1000'`,
      '    timeout: 1',
    ]);

    expect(run).toMatchObject({ status: 'Timeout', complete: 'timedout' });
    expect(run.message).toContain('timed out after 1 s');
    const label = `label=gated-import-run=${system.world.config.instance}.team.${run.runId}`;
    expect(await system.world.engine.ok(['ps', '--all', '--quiet', '--filter', label])).toBe('');
  });

  it('logs in elsewhere only with a credential that it can have', async () => {
    const run = await system.runFile(['steps:', `  - cmd: ${RUNNER} echo never said`], {
      credentials: { customRegistries: { 'other.test': { identity: '[system]' } } },
    });

    expect(run.status).toBe('Failed');
    expect(run.message).toContain('[system]');
  });

  it('without the login of its own registry cannot pull from it', async () => {
    const run = await system.runFile(['steps:', `  - cmd: ${system.base} echo never said`], {
      credentials: { sourceRegistry: { loginMode: 'None' } },
    });

    expect(run.status).toBe('Failed');
    expect(run.message).toContain(`failed to pull ${system.base}`);
  });
});
