import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { readHostJson } from '../../../local/host/app/host-json.ts';
import { applySettings } from '../../../local/host/app/settings.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'host-settings-'));
  return () => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  };
});

const write = (name: string, text: string) => writeFileSync(join(folder, name), text);

test('takes settings from local.settings.json, and leaves alone what is set', () => {
  vi.stubEnv('HOST_TEST_SET', 'from outside');
  vi.stubEnv('HOST_TEST_FREE', undefined);
  write('local.settings.json', '{ "Values": { "HOST_TEST_SET": "from file", "HOST_TEST_FREE": "from file" } }');

  applySettings(folder);

  expect(process.env['HOST_TEST_SET']).toBe('from outside');
  expect(process.env['HOST_TEST_FREE']).toBe('from file');
  expect(process.env['FUNCTIONS_WORKER_RUNTIME']).toBe('node');
});

test.each(['{ "Values": { "SECRET": "hunter2', '{ "Values": { "SECRET": ["hunter2"] } }'])(
  'does not repeat what is in a broken local.settings.json (%#)',
  (text) => {
    write('local.settings.json', text);

    expect(() => applySettings(folder)).toThrow(/local\.settings\.json (is not valid JSON|must hold)(?!.*hunter2)/);
  },
);

test('reads what it follows from host.json, and has defaults for the rest', () => {
  vi.stubEnv('HOST_TEST_HUB', 'MyHub');
  const durableTask = {
    hubName: '%HOST_TEST_HUB%',
    maxConcurrentActivityFunctions: 3,
    storageProvider: { partitionCount: 7 },
  };
  write('host.json', JSON.stringify({ version: '2.0', functionTimeout: '1.02:03:04', extensions: { durableTask } }));

  expect(readHostJson(folder)).toEqual({
    routePrefix: 'api',
    hubName: 'MyHub',
    partitionCount: 7,
    maxConcurrentActivities: 3,
    functionTimeoutMs: ((26 * 60 + 3) * 60 + 4) * 1000,
  });
});

test('knows a function timeout without end', () => {
  write(
    'host.json',
    '{ "version": "2.0", "functionTimeout": "-1", "extensions": { "http": { "routePrefix": "/v1/" } } }',
  );

  expect(readHostJson(folder)).toMatchObject({ routePrefix: 'v1', hubName: 'TestHubName', partitionCount: 4 });
  expect(readHostJson(folder)).not.toHaveProperty('functionTimeoutMs');
});
