/** Reading again: conditional reads, and a log that is followed while it grows. */
import { beforeEach, describe, expect, it } from 'vitest';
import { A, running } from '../../domain/gate-builders.ts';
import { functionWorld, type FunctionWorld } from '../world.ts';
import { call } from './call.ts';

let world: FunctionWorld;
beforeEach(() => {
  world = functionWorld();
});

describe('a conditional read', () => {
  const read = (headers: Record<string, string> = {}) => call(world, 'getGate', { params: { gate: 'node' }, headers });

  it('is answered with 304 and no body while nothing has changed', async () => {
    const { headers } = await read();
    expect(headers['etag']).toMatch(/^W\/"[\w-]{27}"$/);

    const again = await read({ 'if-none-match': headers['etag'] ?? '' });

    expect(again).toMatchObject({ status: 304, text: '', headers: { etag: headers['etag'] } });
  });

  it('is answered in full when something has changed', async () => {
    const { headers } = await read();
    await world.setGate({ sequence: 1, hold: { by: 'ada', why: 'x', at: 1 } });

    const again = await read({ 'if-none-match': headers['etag'] ?? '' });

    expect(again.status).toBe(200);
    expect(again.headers['etag']).not.toBe(headers['etag']);
  });

  it.each([
    ['one of several', (etag: string) => `"other", ${etag}`],
    ['without the mark of a weak one', (etag: string) => etag.slice(2)],
    ['any', () => '*'],
  ])('knows the ETag as %s', async (_, sent) => {
    const { headers } = await read();

    expect((await read({ 'if-none-match': sent(headers['etag'] ?? '') })).status).toBe(304);
  });

  it.each(['"other"', 'W/"other"', ''])('is answered in full for %s', async (sent) => {
    expect((await read({ 'if-none-match': sent })).status).toBe(200);
  });

  it('of what is not there is a problem, and no 304', async () => {
    const { status, headers } = await call(world, 'getGate', {
      params: { gate: 'nod' },
      headers: { 'if-none-match': '*' },
    });

    expect(status).toBe(404);
    expect(headers).not.toHaveProperty('etag');
  });

  it('does not hide that the app is not well', async () => {
    world.ledger.failNext('get', new Error('the storage account does not answer'));

    expect((await call(world, 'getHealth', { headers: { 'if-none-match': '*' } })).status).toBe(503);
  });

  it('is for reads only', async () => {
    const { status, headers } = await call(world, 'holdGate', {
      params: { gate: 'node' },
      body: { reason: 'x' },
      headers: { 'if-none-match': '*' },
    });

    expect(status).toBe(202);
    expect(headers).not.toHaveProperty('etag');
  });
});

describe('a log', () => {
  let runId: string;
  let log: { text: string; complete: boolean };
  beforeEach(async () => {
    ({ runId } = await world.runs.startQuickRun({
      host: world.quarantine,
      files: [],
      taskFile: 'acr-task.yaml',
      values: [],
      timeoutSeconds: 300,
    }));
    await world.setCandidate({ digest: A }, { functional: running({ runId }) });
    world.runs.log = async () => log;
  });
  const read = (query = '') =>
    call(world, 'getCheckLog', {
      params: { gate: 'node', digest: A, check: 'functional' },
      ...(query ? { query } : {}),
    });

  it('is followed by its offset in bytes until it is complete', async () => {
    const seen: string[] = [];
    let offset = '0';
    const follow = async (text: string, complete: boolean) => {
      log = { text, complete };
      const { text: part, headers } = await read(`offset=${offset}`);
      seen.push(part);
      offset = headers['x-next-offset'] ?? '';
      return headers['x-log-complete'];
    };

    expect(await follow('café\nhal', false)).toBe('false');
    expect(await follow('café\nhalf', false)).toBe('false');
    expect(await follow('café\nhalf a line\nend', false)).toBe('false');
    expect(await follow('café\nhalf a line\nend', true)).toBe('true');

    expect(seen).toEqual(['café\n', '', 'half a line\n', 'end']);
    expect(offset).toBe(String(Buffer.byteLength('café\nhalf a line\nend')));
  });

  it('of one platform of several is read where the evidence says, and names the others when it is not there', async () => {
    const evidence = {
      'functional:linux/amd64': running({ runId: 'amd' }),
      'functional:linux/arm64': running({ runId: 'arm' }),
    };
    await world.setCandidate({ digest: A }, evidence);
    world.runs.log = async ({ runId: asked }) => ({ text: `of ${asked}`, complete: true });

    const { json } = await call(world, 'getCandidate', { params: { gate: 'node', digest: A } });
    const address = (json['evidence'] as Record<string, { log: string }>)['functional:linux/arm64']?.log ?? '';
    const [path = '', query = ''] = address.split('?');

    expect(path).toBe(`/api/gates/node/candidates/${A}/checks/functional/log`);
    expect((await read(query)).text).toBe('of arm');
    expect((await read('platform=linux/s390x')).json['detail']).toMatch(
      /check "functional:linux\/s390x" of this candidate has had no run; .* functional:linux\/amd64, functional:linux\/arm64$/,
    );
  });

  it('is whole without an offset', async () => {
    log = { text: 'one\ntwo\n', complete: true };

    expect((await read()).text).toBe('one\ntwo\n');
  });

  it('is empty from its end on, and says so', async () => {
    log = { text: 'one\n', complete: true };

    expect(await read('offset=4')).toMatchObject({ text: '', headers: { 'x-next-offset': '4' } });
  });

  it.each(['-1', '1.5', 'x'])('is refused from "%s"', async (offset) => {
    log = { text: 'one\n', complete: true };

    expect((await read(`offset=${offset}`)).status).toBe(400);
  });
});
