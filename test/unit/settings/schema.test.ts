/** The table of settings, and the example of them that people start from. */
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { policyVariables, readSettings } from '../../../shared/settings.ts';
import { settingsTable } from '../../../shared/settings/schema.ts';
import { AZURE, problemsOf } from './environments.ts';

describe('local.settings.json.example', () => {
  const load = async (): Promise<Record<string, string>> => {
    const text = await readFile(new URL('../../../local.settings.json.example', import.meta.url), 'utf8');
    return (JSON.parse(text) as { Values: Record<string, string> }).Values;
  };
  /** Read by the Functions host and not by the app. */
  const OF_THE_HOST = ['AzureWebJobsStorage', 'AzureWebJobsStorage__queueServiceUri', 'FUNCTIONS_WORKER_RUNTIME'];
  /** Named by the policy of the walkthrough. */
  const OF_THE_POLICY = ['BASE_REGISTRY', 'PUBLIC_REGISTRY', 'TEAM_REGISTRY'];

  test('has exactly the settings of the table, of the host, and of the walkthrough', async () => {
    const names = Object.keys(await load());

    const expected = [...settingsTable.map(({ name }) => name), ...OF_THE_HOST, ...OF_THE_POLICY];
    expect(names.toSorted()).toEqual(expected.toSorted());
  });

  test('is right', async () => {
    const values = await load();

    expect(readSettings(values)).toMatchObject({ kind: 'valid', settings: { authMode: 'local' } });
    expect(Object.keys(policyVariables(values)).toSorted()).toEqual(OF_THE_POLICY);
  });
});

test('the table says of every setting whether it is required, what stands in for it, and what it is for', () => {
  expect(settingsTable.filter(({ required }) => required).map(({ name }) => name)).toEqual(Object.keys(AZURE));
  expect(settingsTable.find(({ name }) => name === 'ARM_ENDPOINT')).toMatchObject({
    default: 'https://management.azure.com',
  });
  for (const { name, description, example } of settingsTable) {
    expect(description, name).not.toBe('');
    expect(
      problemsOf({ ...AZURE, [name]: example }).filter(
        (problem) => problem.startsWith(`${name}:`) && !name.startsWith('POLICY_'),
      ),
      name,
    ).toEqual([]);
  }
});
