/** The generated schema and reference page of the policy: complete, and of one mind with the parser. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { jsonSchemaOf, policySchema, sections } from '../../docs/generate/policy-schema.ts';
import { GATES } from './domain/policy-fixture.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

describe('the reference page', () => {
  const keys = Object.entries(sections).flatMap(([section, schema]) =>
    Object.entries(jsonSchemaOf(schema).properties ?? {}).map(([key, value]) => ({
      section,
      key,
      schema: value as z.core.JSONSchema.BaseSchema,
    })),
  );

  test.each(keys)('says what $section.$key means', ({ schema }) => expect(schema.description).toMatch(/\w{3}/));

  test.each(keys.filter(({ schema }) => schema.type !== 'object'))('has an example of $section.$key', ({ schema }) => {
    expect(schema.examples).toHaveLength(1);
  });

  test('names every key that the parser knows, in the table of its section', () => {
    const page = read('docs/policy.md');
    const missing = keys.filter(({ key }) => !page.includes(`| \`${key}\``));

    expect(missing).toEqual([]);
  });
});

describe('the JSON schema', () => {
  const schema = z.fromJSONSchema(policySchema() as Parameters<typeof z.fromJSONSchema>[0]);
  const accepts = (text: string) => schema.safeParse(parse(text)).success;

  test('accepts a policy that the parser accepts', () => {
    expect(schema.safeParse(parse(GATES))).toMatchObject({ success: true });
  });

  test('accepts a file of a team, defaults and a task check', () => {
    const check = '{ task: { context: "https://git.example.com/t.git" }, unsandboxed: true }';
    const gate = `{ from: docker.io/x/y:1, to: "\${BASE_REGISTRY}/y:1", checks: { build: ${check} } }`;

    expect(accepts(`version: 1\ndefaults: { mode: observe, timeout: 9m }\ngates: { y: ${gate} }\n`)).toBe(true);
  });

  test('accepts a setting wherever it is filled in', () => {
    expect(accepts(GATES.replace('web-rg', '${RESOURCE_GROUP}').replace('soak: 3d', 'soak: "${SOAK}"'))).toBe(true);
  });

  test.each([
    ['an unknown key', 'soak: 3d', 'sock: 3d'],
    ['a mode with a slip', 'soak: 3d', 'mode: observ'],
    ['another version', 'version: 1', 'version: 2'],
    ['a gate without a target', '    to: ${BASE_REGISTRY}/node:15-alpine\n', ''],
    ['a number where text is meant', 'soak: 3d', 'soak: 3'],
    ['a bad name', '  node:', '  Node!:'],
  ])('refuses %s', (_, from, to) => {
    expect(GATES).toContain(from);
    expect(accepts(GATES.replace(from, () => to))).toBe(false);
  });

  const folder = 'examples/hello-world/policy';
  const policies = readdirSync(join(root, folder)).filter((name) => name.endsWith('.yaml'));

  test.each(policies)(`accepts ${folder}/%s, which names it for editors`, (name) => {
    const text = read(`${folder}/${name}`);
    const [, path = ''] = /^# yaml-language-server: \$schema=(.+)$/m.exec(text) ?? [];

    expect(resolve(root, dirname(`${folder}/${name}`), path)).toBe(join(root, 'docs/gates.schema.json'));
    // A setting may stand in a mapping key, where YAML needs no quotes around it.
    expect(schema.safeParse(parse(text))).toMatchObject({ success: true });
  });
});
