import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { detectEngine } from '../../local/containers/detect.ts';
import type { Engine } from '../../local/containers/engine.ts';
import { buildBusybox } from './containers-image.ts';

const IMAGE = 'localhost/busybox:1';
let directory: string;
let engine: Engine;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'gated-import-containers-'));
  engine = await detectEngine({ directory, instance: 'containers', log: () => {} });
  await buildBusybox(engine, { tag: IMAGE });
});
afterAll(async () => {
  await engine.removeAll({ images: true });
  await rm(directory, { recursive: true });
});

const containers = () => engine.ok(['ps', '--all', '--quiet']);

describe('the engine', () => {
  it('is found once and remembered', async () => {
    const log: string[] = [];

    const again = await detectEngine({ directory, instance: 'containers', log: (message) => log.push(message) });

    expect(again.name).toBe(engine.name);
    expect(log).toEqual([]);
  });

  it('answers exit code, stdout and stderr apart, and both as they come', async () => {
    const chunks: string[] = [];

    const executed = await engine.exec(['run', '--rm', IMAGE, 'sh', '-c', 'echo out; echo err >&2; exit 9'], {
      onOutput: (chunk) => chunks.push(chunk.toString()),
    });

    expect(executed).toEqual({ code: 9, stdout: 'out\n', stderr: 'err\n' });
    expect(chunks.join('')).toBe('out\nerr\n');
  });

  it('throws the last words of a command that failed', async () => {
    await expect(engine.ok(['run', '--rm', 'localhost:1/not-there:1'])).rejects.toMatchObject({
      code: 'EngineError',
      message: expect.stringContaining('localhost:1/not-there:1'),
    });
  });

  it('gives a container neither our environment nor the address of a proxy', async () => {
    process.env['HTTPS_PROXY'] = 'http://user:password-of-the-proxy@proxy.test';
    const proxied = await detectEngine({ directory, instance: 'containers', log: () => {} });

    const environment = await proxied.ok(['run', '--rm', IMAGE, 'env']);

    delete process.env['HTTPS_PROXY'];
    expect(environment).toContain('PATH=/bin');
    expect(environment).not.toContain('password-of-the-proxy');
  });

  it('shares a named volume with this process', async () => {
    const folder = await engine.ensureVolume({ name: 'shared', folder: join(directory, 'shared'), labels: [] });
    await writeFile(join(folder, 'asked'), 'from here');

    await engine.ok([
      'run',
      '--rm',
      '--volume',
      'shared:/shared',
      IMAGE,
      'sh',
      '-c',
      'cat /shared/asked > /shared/answered',
    ]);

    expect(readFileSync(join(folder, 'answered'), 'utf8')).toBe('from here');
  });

  it('runs a container on the network of the instance, reachable at an address of its own', async () => {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const serve = 'mkdir /www; echo served > /www/index.html; exec httpd -f -p 80 -h /www';
    await engine.ok([
      'run',
      '--detach',
      '--network',
      engine.network,
      '--publish',
      `127.0.7.1:${port}:80`,
      IMAGE,
      'sh',
      '-c',
      serve,
    ]);

    const deadline = Date.now() + 10_000;
    let page = '';
    while (page === '' && Date.now() < deadline) {
      page = await fetch(`http://127.0.7.1:${port}/`).then(
        (answer) => answer.text(),
        () => '',
      );
    }

    expect(page).toBe('served\n');
    await engine.removeAll();
    await engine.ensureNetwork();
  });
});

describe('the client of a script', () => {
  const run = async (script: string, labels = ['run=one']) => {
    const folder = await engine.client({ folder: join(directory, 'client'), labels });
    return spawnSync('sh', ['-c', script], { env: { PATH: `${folder}:/usr/bin:/bin`, IMAGE } });
  };

  it('puts its labels on containers, volumes and networks', async () => {
    const ended = await run(
      'docker create "$IMAGE" true && docker container create "$IMAGE" true && docker volume create && docker network create of-the-script',
    );

    expect(ended.stderr.toString()).toBe('');
    const filter = ['--quiet', '--filter', 'label=run=one'];
    expect((await engine.ok(['ps', '--all', ...filter])).split('\n')).toHaveLength(2);
    expect((await engine.ok(['volume', 'ls', ...filter])).split('\n')).toHaveLength(1);
    expect((await engine.ok(['network', 'ls', ...filter])).split('\n')).toHaveLength(1);
    await engine.removeAll({ label: 'run=one' });
    expect(await engine.ok(['ps', '--all', ...filter])).toBe('');
    expect(await engine.ok(['volume', 'ls', ...filter])).toBe('');
    expect(await engine.ok(['network', 'ls', ...filter])).toBe('');
  });

  it('keeps a digest free of labels: the same build gives the same image', async () => {
    const build = 'printf "FROM $IMAGE\\nENV A=B\\n" | docker build --quiet -';

    const [one, two] = [await run(build, ['run=one']), await run(build, ['run=two'])];

    expect(one.stdout.toString()).toMatch(/^(?:sha256:)?[0-9a-f]{64}\n$/);
    expect(two.stdout.toString()).toBe(one.stdout.toString());
  });

  it('ends a container at once when it is removed by force', async () => {
    const startedAt = Date.now();

    const ended = await run(
      `id=$(docker run --detach "$IMAGE" sh -c 'trap "" TERM; sleep 1000') && docker rm --force "$id"`,
    );

    expect(ended.status).toBe(0);
    expect(Date.now() - startedAt).toBeLessThan(8_000);
    expect(await containers()).toBe('');
  });

  it('refuses an option before the command, which would slip past the labels', async () => {
    const ended = await run('docker --debug run --rm "$IMAGE" true');

    expect(ended.status).toBe(125);
    expect(ended.stderr.toString()).toContain('--debug');
  });

  it('passes arguments on as they are', async () => {
    const ended = await run(`docker run --rm "$IMAGE" echo 'two  spaces' '$HOME' "it's" '*'`);

    expect(ended.stdout.toString()).toBe("two  spaces $HOME it's *\n");
  });
});

describe('a command that is ended', () => {
  it('answers no exit code after its time limit', async () => {
    const executed = await engine.exec(['run', '--rm', IMAGE, 'sleep', '1000'], { timeoutMs: 1_500 });

    expect(executed.code).toBeNull();
    await engine.removeAll();
    await engine.ensureNetwork();
    expect(await containers()).toBe('');
  });

  it('answers when its signal is aborted', async () => {
    const stop = new AbortController();
    const executed = engine.exec(['run', '--rm', IMAGE, 'sh', '-c', 'echo up; sleep 1000'], {
      signal: stop.signal,
      onOutput: () => stop.abort(),
    });

    expect((await executed).code).toBeNull();
    await engine.removeAll();
    await engine.ensureNetwork();
  });
});

describe('two instances side by side', () => {
  it('see nothing of each other, and the end of one leaves the other alone', async () => {
    const otherDirectory = await mkdtemp(join(tmpdir(), 'gated-import-other-'));
    const other = await detectEngine({ directory: otherDirectory, instance: 'other', log: () => {} });
    await buildBusybox(other, { tag: IMAGE });
    const mine = await engine.ok(['run', '--detach', IMAGE, 'sleep', '1000']);
    const theirs = await other.ok(['run', '--detach', IMAGE, 'sleep', '1000']);
    const address = (of: Engine, id: string) =>
      of.ok(['inspect', '--format', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', id]);
    const addresses = [await address(engine, mine), await address(other, theirs)];

    await other.removeAll({ images: true });

    expect(new Set(addresses).size).toBe(2);
    expect(await engine.ok(['inspect', '--format', '{{.State.Running}}', mine])).toBe('true');
    await rm(otherDirectory, { recursive: true });
    await engine.removeAll();
    await engine.ensureNetwork();
  });

  it('is gone without a trace after the last clean-up', async () => {
    const last = await mkdtemp(join(tmpdir(), 'gated-import-last-'));
    const ending = await detectEngine({ directory: last, instance: 'ending', log: () => {} });
    await buildBusybox(ending, { tag: IMAGE });
    await ending.ok(['run', '--detach', IMAGE, 'sleep', '54321']);

    await ending.removeAll({ images: true });

    const mounts = existsSync('/proc/self/mounts') ? readFileSync('/proc/self/mounts', 'utf8') : '';
    expect(mounts).not.toContain(last);
    expect(spawnSync('ps', ['-eo', 'args']).stdout.toString()).not.toMatch(new RegExp(`sleep 54321|conmon.*${last}`));
    await rm(last, { recursive: true });
  });

  it('is gone also when podman was killed while it made a container', async () => {
    const last = await mkdtemp(join(tmpdir(), 'gated-import-killed-'));
    const ending = await detectEngine({ directory: last, instance: 'killed', log: () => {} });
    await buildBusybox(ending, { tag: IMAGE });
    const runtime = join(last, 'runtime');
    await writeFile(runtime, killsPodmanOnceMade('half-made'), { mode: 0o755 });

    const killed = await ending.exec(['run', '--runtime', runtime, '--detach', '--name', 'half-made', IMAGE, 'true']);
    const monitors = () =>
      spawnSync('ps', ['-eo', 'args'])
        .stdout.toString()
        .match(new RegExp(`conmon.*${last}`, 'g'));
    expect(killed.code).not.toBe(0);
    expect(monitors()).toHaveLength(1);
    await ending.removeAll({ images: true });

    expect(monitors()).toBeNull();
    await rm(last, { recursive: true });
  }, 60_000);
});

/** A runtime that kills the podman which waits for it, as soon as the container is made. */
const killsPodmanOnceMade = (container: string): string => `#!/bin/sh
runc "$@" || exit
case " $* " in *' create '*)
  for process in /proc/[0-9]*; do
    case "$(tr '\\0' ' ' 2>/dev/null <"$process/cmdline")" in 'podman '*${container}*) kill -9 "\${process#/proc/}" ;; esac
  done
esac
exit 0
`;
