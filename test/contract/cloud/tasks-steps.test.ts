/** What a step of a task file can ask of its container, on a real engine. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from './services.ts';
import { openTasksSystem, REGISTRY, RESOURCE_GROUP, RUNNER, type TasksSystem } from './tasks-system.ts';

let system: TasksSystem;
beforeAll(async () => {
  system = await openTasksSystem();
});
afterAll(() => system.close());

const containerOf = (runId: string, step: string): string =>
  `acb-${system.world.config.instance}-${REGISTRY.toLowerCase()}-${runId}-${step}`;

const SERVE = `sh -c 'mkdir /www && hostname > /www/index.html && exec httpd -f -p 80 -h /www'`;
const GET = (name: string) =>
  `sh -c 'until wget -q -O - http://${name}/ 2>/dev/null; do sleep 0.1; done; echo answered by ${name}'`;

describe('a detached step', () => {
  it('is reached by its id while others run, and is gone with the run', async () => {
    const run = await system.runFile([
      'version: v1.1.0',
      'steps:',
      `  - id: web`,
      `    cmd: ${system.base} ${SERVE}`,
      '    detach: true',
      `  - id: client`,
      `    cmd: ${system.base} ${GET('web')}`,
      '    timeout: 20',
    ]);

    expect(run.status).toBe('Succeeded');
    expect(run.log).toContain("Creating Docker network: acb_default_network, driver: 'bridge'");
    expect(run.log).toContain('answered by web\r\n');
    const { engine } = system.world;
    const label = `label=gated-import-run=${system.world.config.instance}.team.${run.runId}`;
    for (const list of [
      ['ps', '--all'],
      ['volume', 'ls'],
      ['network', 'ls'],
    ]) {
      expect(await engine.ok([...list, '--quiet', '--filter', label])).toBe('');
    }
  });

  it('is not reached from another network', async () => {
    const run = await system.runFile([
      'version: v1.1.0',
      'networks: [{ name: front, isDefault: true }, { name: back }]',
      'steps:',
      `  - { id: web, cmd: "${system.base} httpd -f -p 80", detach: true, network: back }`,
      `  - { id: same, cmd: "${system.base} nslookup web", network: back }`,
      `  - { id: other, cmd: "${system.base} nslookup web", ignoreErrors: true }`,
    ]);

    expect(run.status).toBe('Succeeded');
    expect(run.log).toMatch(/Executing step ID: other\. .*Network: 'front'/);
    expect(run.log).not.toContain('Step ID: same encountered an error');
    expect(run.log).toContain('Step ID: other encountered an error');
  });

  it('may be reached at a port of this machine, on loopback', async () => {
    const runId = await system.schedule({
      type: 'EncodedTaskRunRequest',
      platform: { os: 'Linux', architecture: process.arch === 'x64' ? 'amd64' : process.arch },
      encodedTaskContent: Buffer.from(
        [
          'steps:',
          `  - { id: web, cmd: "${system.base} sh -c 'mkdir /www; echo served > /www/index.html; exec httpd -f -p 80 -h /www'", detach: true, ports: [80] }`,
          `  - cmd: ${RUNNER} sh -c "docker port ${containerOf('{{ .Run.ID }}', 'web')}; sleep 1000"`,
        ].join('\n'),
      ).toString('base64'),
    });

    const port = await eventually(async () => /127\.0\.0\.1:(\d+)/.exec((await system.log(runId)).text)?.[1], 20_000);
    const answer = await (await fetch(`http://127.0.0.1:${port}/`)).text();
    await system.client.runs.beginCancelAndWait(RESOURCE_GROUP, REGISTRY, runId);

    expect(answer).toBe('served\n');
    expect((await system.ended(runId)).status).toBe('Canceled');
  });
});

describe('a step', () => {
  it('waits for its delay before its time begins to count', async () => {
    const run = await system.runFile([
      'steps:',
      `  - { id: late, cmd: "${RUNNER} echo said late", startDelay: 2, timeout: 1 }`,
    ]);

    expect(run.status).toBe('Succeeded');
    expect(run.log).toMatch(/Waiting 2 seconds before executing step ID: late[^]*said late/);
  });

  it('runs as another user, and finds its container kept when it asks for that', async () => {
    const run = await system.runFile([
      'steps:',
      `  - { id: who, cmd: "${system.base} sh -c 'echo I am \\"$(id -u)\\"'", user: 1234, keep: true }`,
      `  - cmd: ${RUNNER} docker ps --all --format "{{ print "{{.Names}}" }}"`,
    ]);

    expect(run.status).toBe('Succeeded');
    expect(run.log).toContain('I am 1234\r\n');
    expect(run.log).toContain(`${containerOf(run.runId, 'who')}\r\n`);
    expect(await system.world.engine.ok(['ps', '--all', '--quiet'])).toBe('');
  });

  it('is not tried again for an error that retryOnErrors does not name', async () => {
    const run = await system.runFile([
      'steps:',
      `  - { id: hopeless, cmd: "${RUNNER} sh -c 'echo for ever broken; exit 4'", retries: 3, retryDelay: 1, retryOnErrors: [temporary] }`,
    ]);

    expect(run.message).toBe('failed to run step ID: hopeless: exit status 4');
    expect(run.log.match(/Launching container with name: hopeless/g)).toHaveLength(1);
  });

  it('is repeated although it fails, and has failed then', async () => {
    const run = await system.runFile([
      'steps:',
      `  - { id: again, cmd: "${RUNNER} sh -c 'echo x >> tries; wc -l < tries; [ $(wc -l < tries) -gt 1 ]'", repeat: 2 }`,
    ]);

    expect(run).toMatchObject({ status: 'Failed', message: 'failed to run step ID: again: exit status 1' });
    expect(run.log).toMatch(/^1\r$[^]*^2\r$[^]*^3\r$/m);
  });

  it('pulls explicitly what the run has built, when it asks for that', async () => {
    await system.pushImage('pulled/image:1', `FROM ${system.base}\nCMD ["echo", "from the registry"]\n`);
    const sourceLocation = await system.upload({
      Dockerfile: `FROM ${system.base}\nCMD ["echo", "from the build"]\n`,
      'acr-task.yaml': [
        'version: v1.1.0',
        'steps:',
        '  - build: -t $Registry/pulled/image:1 .',
        '  - cmd: $Registry/pulled/image:1',
        '  - { cmd: $Registry/pulled/image:1, pull: true }',
      ].join('\n'),
    });

    const run = await system.ended(
      await system.schedule({
        type: 'FileTaskRunRequest',
        taskFilePath: 'acr-task.yaml',
        platform: { os: 'Linux', architecture: process.arch === 'x64' ? 'amd64' : process.arch },
        sourceLocation,
      }),
    );

    expect(run.status).toBe('Succeeded');
    expect(run.log).toMatch(/from the build\r\n[^]*Performing an explicit pull[^]*from the registry\r\n/);
  });

  it('whose lines come together with those of another is still readable', async () => {
    const lines = (word: string) => `sh -c 'for i in 1 2 3 4 5 6; do printf ${word}; sleep 0.05; echo -$i; done'`;

    const run = await system.runFile([
      'steps:',
      `  - { id: left, cmd: "${RUNNER} ${lines('left')}", when: ["-"] }`,
      `  - { id: right, cmd: "${RUNNER} ${lines('right')}", when: ["-"] }`,
    ]);

    expect(run.log.match(/^(left|right)-[1-6]\r$/gm)).toHaveLength(12);
  });
});

describe('a run of steps side by side', () => {
  it('is canceled as a whole', async () => {
    const encodedTaskContent = Buffer.from(
      [
        'steps:',
        `  - { id: one, cmd: "${system.base} sh -c 'echo begun; sleep 1000'", when: ["-"] }`,
        `  - { id: two, cmd: "${RUNNER} sh -c 'echo begun too; sleep 1000'", when: ["-"] }`,
        `  - { id: never, cmd: "${RUNNER} echo never said", when: [one, two] }`,
      ].join('\n'),
    ).toString('base64');
    const platform = { os: 'Linux', architecture: process.arch === 'x64' ? 'amd64' : process.arch };
    const runId = await system.schedule({ type: 'EncodedTaskRunRequest', platform, encodedTaskContent });
    await eventually(async () => {
      const { text } = await system.log(runId);
      return (text.includes('begun\r\n') && text.includes('begun too\r\n')) || undefined;
    }, 20_000);

    await system.client.runs.beginCancelAndWait(RESOURCE_GROUP, REGISTRY, runId);

    const run = await system.ended(runId);
    expect(run).toMatchObject({ status: 'Canceled', complete: 'canceled' });
    expect(run.log).not.toContain('never said');
    expect(await system.world.engine.ok(['ps', '--all', '--quiet'])).toBe('');
  });
});
