import { expect, test } from 'vitest';
import { parseImport } from '../../../../local/cloud/registry/import/request.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const from = (sourceImage: string, rest: object) =>
  parseImport({ source: { registryUri: 'Docker.io', sourceImage }, ...rest }).request;

test.each([
  ['library/node:22', { targetTags: ['node'] }, { tag: '22' }, [{ repository: 'node', tag: '22' }]],
  ['library/node', { targetTags: ['node'] }, { tag: 'latest' }, [{ repository: 'node', tag: 'latest' }]],
  [`library/node@${digest}`, { targetTags: ['a/node:v1'] }, { digest }, [{ repository: 'a/node', tag: 'v1' }]],
  // A digest beside the tag wins, as everywhere.
  [`library/node:22@${digest}`, { targetTags: ['node'] }, { digest }, [{ repository: 'node', tag: '22' }]],
  [`library/node@${digest}`, { untaggedTargetRepositories: ['node'] }, { digest }, [{ repository: 'node' }]],
])('reads %s to %j', (sourceImage, targets, reference, parsed) => {
  const request = from(sourceImage, targets);

  expect(request).toEqual({
    source: { host: 'docker.io', repository: 'library/node', reference },
    targets: parsed,
    force: false,
  });
});

test.each([
  ['no target', { source: { registryUri: 'docker.io', sourceImage: 'a' } }],
  ['empty targets', { source: { registryUri: 'docker.io', sourceImage: 'a' }, targetTags: [] }],
  ['two sources', { source: { registryUri: 'docker.io', resourceId: '/x', sourceImage: 'a' }, targetTags: ['a'] }],
  ['no source image', { source: { registryUri: 'docker.io' }, targetTags: ['a'] }],
  ['a host with a path', { source: { registryUri: 'docker.io/library', sourceImage: 'a' }, targetTags: ['a'] }],
  ['a mode nobody knows', { source: { registryUri: 'docker.io', sourceImage: 'a' }, targetTags: ['a'], mode: 'Maybe' }],
  ['a digest as target', { source: { registryUri: 'docker.io', sourceImage: 'a' }, targetTags: [`a@${digest}`] }],
])('refuses %s', (_, body) => {
  expect(() => parseImport(body)).toThrow(expect.objectContaining({ status: 400, code: 'InvalidParameters' }) as Error);
});
