/** The script with which a client asks a candidate, in busybox's shell as in a client, against services that answer well, badly and never. */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findBusybox } from '../../local/setup/busybox.ts';
import { askFiles } from '../../shared/domain/checks/ask-files.ts';
import type { ProbeQuestion } from '../../shared/domain/check.ts';

const APPLETS = ['sh', 'timeout', 'date', 'sleep', 'head', 'wc', 'nc', 'mkfifo', 'sed', 'grep', 'cat', 'rm', 'wget'];

let folder: string;
const servers: Server[] = [];
const sockets: Socket[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gated-import-ask-'));
  const busybox = findBusybox();
  if (busybox === undefined) throw new Error('this test needs a static busybox: apt-get install busybox-static');
  await mkdir(join(folder, 'bin'));
  for (const applet of APPLETS) await symlink(busybox, join(folder, 'bin', applet));
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers) server.close();
  await rm(folder, { recursive: true, force: true });
});

/** A service; answers its port. */
async function service(answer: (socket: Socket, asked: string) => void): Promise<number> {
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => socket.destroy());
    socket.once('data', (asked) => answer(socket, asked.toString()));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as { port: number }).port;
}

/** A port that nobody listens at. */
async function closedPort(): Promise<number> {
  const port = await service(() => {});
  await new Promise((resolve) => servers.pop()?.close(resolve));
  return port;
}

async function ask(
  question: ProbeQuestion,
  {
    withinSeconds = 2,
    shell = join(folder, 'bin', 'sh'),
    path = join(folder, 'bin'),
  }: { withinSeconds?: number; shell?: string; path?: string } = {},
): Promise<{ code: number | null; said: string }> {
  const at = await mkdtemp(join(folder, 'client-'));
  for (const [name, text] of Object.entries(askFiles(question, { withinSeconds }))) {
    await writeFile(join(at, name), text.replace('cd /tmp', `cd '${at}'`).replaceAll('/gate/', `${at}/`));
  }
  const child = spawn(shell, [join(at, 'ask.sh')], { env: { PATH: path } });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, said })));
}

const http = (port: number, more: object = {}): ProbeQuestion => ({
  kind: 'http',
  path: '/',
  port,
  status: 200,
  ...more,
});
const page = (body: string, status = '200 OK') => `HTTP/1.1 ${status}\r\ncontent-type: text/html\r\n\r\n${body}`;
const answers = (text: string) => service((socket) => socket.end(text));

describe.concurrent('a client that asks by HTTP', () => {
  test('asks for the path as it stands in the policy, on a connection that is closed after it', async () => {
    let question = '';
    const port = await service((socket, asked) => {
      question = asked;
      socket.end(page('well'));
    });

    const { code } = await ask(http(port, { path: `/a%20b?c='d'&$(id)` }));

    expect(code).toBe(0);
    expect(question).toBe(`GET /a%20b?c='d'&$(id) HTTP/1.0\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`);
  });

  test('keeps its side of the connection open until it is answered', async () => {
    let endedFirst = false;
    const port = await service((socket) => {
      socket.on('end', () => (endedFirst = true));
      setTimeout(() => {
        socket.end(page(endedFirst ? 'too late' : 'in time'));
      }, 500);
    });

    const { code } = await ask(http(port, { contains: 'in time' }), { withinSeconds: 5 });

    expect(code).toBe(0);
  });

  test('asks again until the service is up', async () => {
    let asked = 0;
    const port = await service((socket) => {
      asked += 1;
      socket.end(asked < 3 ? page('starting', '503 Service Unavailable') : page('up'));
    });

    const { code, said } = await ask(http(port, { contains: 'up' }), { withinSeconds: 20 });

    expect({ code, asked }).toEqual({ code: 0, asked: 3 });
    expect(said).toContain('it answered as it should after');
  });

  test.each<[what: string, body: string, more: object, code: number]>([
    ['a body that contains the text', 'well, hello!', { contains: 'hello' }, 0],
    ['a body that does not', 'well', { contains: 'hello' }, 1],
    ['a text that looks like an expression', 'a.c', { contains: 'a.c' }, 0],
    ['a text that would match as an expression', 'abc', { contains: 'a.c' }, 1],
    ['a text that looks like an option', '-v', { contains: '-v' }, 0],
    [
      'a text with quotes and signs of the shell',
      `it's "$(id)" \`id\` \\n`,
      { contains: `it's "$(id)" \`id\` \\n` },
      0,
    ],
    ['a line that matches', 'x\n{"status": "up"}\n', { matches: '"status": *"(ok|up)"' }, 0],
    ['a body that matches over two lines only', 'a\nb', { matches: 'a.b' }, 1],
    ['both, where one is missing', 'one', { contains: 'one', matches: 'two' }, 1],
    ['another status that is asked for', '', { status: 404 }, 1],
    ['a text that stands in the header only', 'nothing', { contains: 'content-type' }, 1],
    ['a body with the end of a header in it', 'first\r\n\r\nsecond', { contains: 'first' }, 0],
    ['an empty body', '', {}, 0],
  ])('%s', async (_, body, more, code) => {
    expect((await ask(http(await answers(page(body)), more))).code).toBe(code);
  });

  test('takes a status that is not 200 when that is asked for, with its body', async () => {
    const port = await answers(page('no such page', '404 Not Found'));

    expect((await ask(http(port, { status: 404, contains: 'no such page' }))).code).toBe(0);
  });

  test.each<[what: string, answer: string, problem: string]>([
    ['another status', page('oops', '500 Internal Server Error'), 'status 500 instead of 200'],
    ['a redirect', 'HTTP/1.1 302 Found\r\nlocation: /there\r\n\r\n', 'status 302 instead of 200'],
    ['no HTTP', 'gate-result 0 0 up\n200 OK\n', 'what it answers is not HTTP'],
    ['a status that only begins like it', 'HTTP/1.1 2000 OK\r\n\r\n', 'status 2000 instead of 200'],
    ['a status of a command', 'HTTP/1.1 2$(touch here) OK\r\n\r\n', 'what it answers is not HTTP'],
    ['nothing', '', 'it answers nothing'],
    ['more than a megabyte', page('x'.repeat(1_100_000)), 'it answers with more than 1048576 bytes'],
  ])('says of an answer with %s what is wrong with it', async (_, answer, problem) => {
    const { code, said } = await ask(http(await answers(answer)));

    expect(code).toBe(1);
    expect(said.trimEnd().split('\n').at(-1)).toBe(`not within 2 s: ${problem}`);
  });

  test('gives up on an answer that never ends, however slowly it comes', async () => {
    const port = await service((socket) => {
      socket.write(page('drop'));
      const timer = setInterval(() => socket.write('drop'), 100);
      socket.on('close', () => clearInterval(timer));
    });

    const { code, said } = await ask(http(port, { contains: 'drop' }));

    expect(code).toBe(1);
    expect(said).toMatch(/not within 2 s: its answer did not end within [12] s/);
  });

  test('gives up on an answer that never ends and comes fast', async () => {
    const port = await service((socket) => {
      const pour = () => {
        while (socket.writable && socket.write('x'.repeat(65_536)));
      };
      socket.on('drain', pour);
      socket.write(page(''));
      pour();
    });

    const { code, said } = await ask(http(port));

    expect(code).toBe(1);
    expect(said).toContain('it answers with more than 1048576 bytes');
  });

  test('says that nobody listens', async () => {
    const { code, said } = await ask(http(await closedPort()));

    expect(code).toBe(1);
    expect(said).toContain('Connection refused');
  });

  test('says of an expression that grep does not understand that it cannot ask', async () => {
    const { code, said } = await ask(http(await answers(page('well')), { matches: '(' }));

    expect(code).toBe(126);
    expect(said).toContain('does not understand the expression under "matches"');
  });
});

describe.concurrent('a client that connects', () => {
  test.each<[what: string, answer: (socket: Socket) => void]>([
    ['closes at once', (socket) => socket.end()],
    ['greets first', (socket) => socket.write('220 hello\r\n')],
    ['keeps silent', () => {}],
  ])('is content with a service that %s', async (_, answer) => {
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => socket.destroy());
      answer(socket);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

    const { code } = await ask(
      { kind: 'tcp', port: (server.address() as { port: number }).port },
      { withinSeconds: 9 },
    );

    expect(code).toBe(0);
  });

  test('says that nobody listens', async () => {
    const { code, said } = await ask({ kind: 'tcp', port: await closedPort() });

    expect(code).toBe(1);
    expect(said).toContain('Connection refused');
  });
});

describe.concurrent('a client that runs a line', () => {
  test.each<[line: string, code: number, said: string]>([
    ['true', 0, 'it answered as it should'],
    ['echo no >&2; exit 3', 1, 'no\n\nnot within 2 s: exit code 3'],
    ['echo "it\'s $(echo me)" # a comment', 0, ''],
    ['echo "unfinished', 1, 'unterminated quoted string'],
    ['redis-cli ping', 126, 'redis-cli: not found'],
    ['while :; do echo spam; done', 1, 'not within 2 s'],
    ['sleep 7', 1, 'not within 2 s: it did not end within'],
  ])('%s', async (line, code, words) => {
    const answer = await ask({ kind: 'run', line });

    expect({ ...answer, code }).toEqual(answer);
    expect(answer.said).toContain(words);
    expect(answer.said.length).toBeLessThan(2_000);
  });

  test('says which program a client lacks', async () => {
    // Busybox's own shell has every applet, wherever it looks for programs.
    const { code, said } = await ask({ kind: 'tcp', port: 1 }, { shell: '/bin/sh', path: await without('nc') });

    expect(code).toBe(126);
    expect(said).toContain('this client has no program "nc"; name another one under "client"');
  });
});

async function without(applet: string): Promise<string> {
  const path = await mkdtemp(join(folder, 'bin-'));
  for (const other of APPLETS.filter((one) => one !== applet)) {
    await symlink(join(folder, 'bin', other), join(path, other));
  }
  return path;
}
