/** The description of the API: of every endpoint, whole, and the one that is in the repository. */
import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { endpoints } from '../../../../functions/http/endpoints/all.ts';
import { describeApi } from '../../../../functions/http/openapi.ts';
import { parameters, parametersOf } from '../../../../functions/http/parameters.ts';
import { functionWorld } from '../world.ts';
import { call } from './call.ts';

interface Operation {
  operationId: string;
  summary: string;
  parameters: { name?: string; in?: string; $ref?: string }[];
  requestBody?: object;
  responses: Record<string, object>;
}
interface Description {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: Record<string, Record<string, object>>;
}

const described = JSON.parse(JSON.stringify(describeApi(endpoints))) as Description;
const operations = Object.values(described.paths).flatMap((path) => Object.values(path));

it('is the one in docs/openapi.json; "npm run docs" writes it', () => {
  const file = readFileSync(new URL('../../../../docs/openapi.json', import.meta.url), 'utf8');

  expect(JSON.parse(file)).toEqual(described);
});

it('is served by the API itself', async () => {
  const { status, json } = await call(functionWorld(), 'describeApi');

  expect(status).toBe(200);
  expect(JSON.parse(JSON.stringify(json))).toEqual(described);
});

it('is of OpenAPI 3.1, and has every endpoint once', () => {
  expect(described.openapi).toBe('3.1.0');
  expect(operations.map(({ operationId }) => operationId).toSorted()).toEqual(
    endpoints.map(({ name }) => name).toSorted(),
  );
});

it('refers only to what is in it', () => {
  const refs = [...JSON.stringify(described).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => ref ?? '');
  const missing = refs.filter((ref) => {
    const [, section = '', kind = '', name = ''] = ref.split('/');
    return section !== 'components' || described.components[kind]?.[name] === undefined;
  });

  expect(refs.length).toBeGreaterThan(100);
  expect([...new Set(missing)]).toEqual([]);
});

describe.each(endpoints.map((endpoint) => [`${endpoint.method} /api/${endpoint.route}`, endpoint] as const))(
  '%s',
  (_, endpoint) => {
    const operation = described.paths[`/api/${endpoint.route}`]?.[endpoint.method.toLowerCase()];

    test('has every part of its path that varies, and says what it is', () => {
      const named = operation?.parameters.filter((one) => one.in === 'path').map(({ name }) => name);

      expect(named).toEqual(parametersOf(endpoint.route));
      for (const name of parametersOf(endpoint.route)) expect(parameters[name]?.meta()?.description).toBeTruthy();
    });

    test('says what it does in one sentence', () => expect(operation?.summary).toMatch(/^[A-Z].*\.$/));

    test('has its body, its answer and its refusals', () => {
      const { answer } = endpoint;
      const statuses = Object.keys(operation?.responses ?? {}).map(Number);

      expect(operation?.requestBody !== undefined).toBe(endpoint.request !== undefined);
      expect(statuses).toEqual(expect.arrayContaining([401, 403]));
      expect(statuses).toContain(answer.status);
    });
  },
);
