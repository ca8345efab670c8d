import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  acceptsTag,
  appsOfGate,
  appsOfImage,
  gatesFollowing,
  imagesBuiltFrom,
  imagesOf,
} from '../../../shared/domain/graph.ts';
import { parseReference, parseTagReference, tag } from '../../../shared/domain/reference.ts';
import type { Tag } from '../../../shared/domain/reference.ts';
import { GROUP, valid } from './policy-fixture.ts';

const policy = valid({
  gates: {
    'images:': `  node-next:
    from: \${PUBLIC_REGISTRY}/node:20-alpine
    to: \${BASE_REGISTRY}/node:20-alpine
    checks: { functional: { script: checks/node.sh } }
images:
  releases:
    repository: \${TEAM_REGISTRY}/hello
    tags: [v*]
    build: { task: release-build, pass: { OLD: node, NEW: node-next } }`,
    'apps:': `apps:
  proxy: { runs: node-next, group: apps/proxy.yaml, resourceGroup: proxy-rg }`,
  },
  files: { 'apps/proxy.yaml': GROUP.replace('${TEAM_REGISTRY}/hello:1', 'base.azurecr.io/node') },
});
const names = (things: { name: string }[]) => things.map(({ name }) => name);

describe('gates that follow a reference', () => {
  test.each([
    ['public.example.com/node:15-alpine', ['node']],
    ['public.example.com/node:20-alpine', ['node-next']],
    ['public.example.com/node', ['node', 'node-next']],
    ['public.example.com/node:21', []],
    ['public.example.com/nodes', []],
    ['other.example.com/node:15-alpine', []],
    ['base.azurecr.io/node:15-alpine', []],
  ])('%s: %j', (reference, gates) => {
    expect(names(gatesFollowing(policy, parseReference(reference)))).toEqual(gates);
  });
});

describe('images of a pushed tag', () => {
  test.each([
    ['team.azurecr.io/hello:ca7', ['hello']],
    ['team.azurecr.io/hello:v1.2', ['hello', 'releases']],
    ['team.azurecr.io/other:v1.2', []],
    ['base.azurecr.io/hello:v1.2', []],
    [`team.azurecr.io/hello:sha256-${'a'.repeat(64)}`, []],
    [`team.azurecr.io/hello:sha256-${'a'.repeat(64)}.sig`, []],
    [`team.azurecr.io/hello:sha256-${'a'.repeat(64)}.att`, []],
    ['team.azurecr.io/hello:sha256-abc', ['hello']],
  ])('%s: %j', (reference, images) => {
    expect(names(imagesOf(policy, parseTagReference(reference))).toSorted()).toEqual(images);
  });
});

test('images built from a gate are found by any of their arguments', () => {
  expect(names(imagesBuiltFrom(policy, 'node')).toSorted()).toEqual(['hello', 'releases']);
  expect(names(imagesBuiltFrom(policy, 'node-next'))).toEqual(['releases']);
  expect(imagesBuiltFrom(policy, 'hello')).toEqual([]);
});

test('apps are found by what they run', () => {
  expect(names(appsOfImage(policy, 'hello'))).toEqual(['web']);
  expect(appsOfImage(policy, 'node-next')).toEqual([]);
  expect(names(appsOfGate(policy, 'node-next'))).toEqual(['proxy']);
  expect(appsOfGate(policy, 'hello')).toEqual([]);
});

describe('a tag pattern', () => {
  test.each([
    ['*', 'anything', true],
    ['v*', 'v1', true],
    ['v*', 'av1', false],
    ['*-alpine', '15-alpine', true],
    ['*-alpine', '15-alpine3', false],
    ['v*.*-rc', 'v1.2-rc', true],
    ['v*.*-rc', 'v12-rc', false],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['ab*ba', 'aba', false],
    ['**', 'x', true],
    ['v1', 'v1', true],
    ['v1', 'v10', false],
    ['v.', 'v1', false],
  ])('%s on %s: %s', (pattern, text, accepted) => {
    expect(acceptsTag([pattern], text as Tag)).toBe(accepted);
  });

  test('is any of a list', () => {
    expect(acceptsTag(['a', 'v*'], 'v1' as Tag)).toBe(true);
  });

  test('agrees with the regular expression it stands for', () => {
    const pattern = fc.stringMatching(/^[ab.*]{1,6}$/);
    const text = fc.stringMatching(/^[ab][ab.]{0,7}$/).map((value) => tag.parse(value));

    fc.assert(
      fc.property(pattern, text, (glob, value) => {
        const expression = new RegExp(`^${glob.replaceAll('.', '\\.').replaceAll('*', '.*')}$`);

        expect(acceptsTag([glob], value)).toBe(expression.test(value));
      }),
      { numRuns: 1_000 },
    );
  });
});
