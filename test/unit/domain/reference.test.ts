import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  BadReference,
  formatReference,
  isImageOf,
  parseHost,
  parseReference,
  parseTagReference,
  shortDigest,
} from '../../../shared/domain/reference.ts';
import type { Digest } from '../../../shared/domain/reference.ts';

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;

const host = fc.oneof(
  fc.constantFrom('docker.io', 'localhost', 'localhost:5001', '127.0.0.1:65535', 'team.azurecr.io'),
  fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,5}[a-z0-9])?\.[a-z]{2,6}(:[1-9][0-9]{0,3})?$/),
);
const repository = fc.stringMatching(/^[a-z0-9]{1,5}((\.|_|__|-{1,3})[a-z0-9]{1,5}){0,2}(\/[a-z0-9]{1,5}){0,2}$/);
const tag = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/);
const digest = fc.stringMatching(/^sha256:[0-9a-f]{64}$/);
const suffix = fc.oneof(
  fc.constant(''),
  tag.map((text) => `:${text}`),
  digest.map((text) => `@${text}`),
);

describe('a reference', () => {
  test.each([
    ['docker.io/library/node:22', { host: 'docker.io', repository: 'library/node', tag: '22' }],
    ['localhost:5001/node:15-alpine', { host: 'localhost:5001', repository: 'node', tag: '15-alpine' }],
    ['localhost/a/b/c', { host: 'localhost', repository: 'a/b/c' }],
    [`team.azurecr.io/hello@${DIGEST}`, { host: 'team.azurecr.io', repository: 'hello', digest: DIGEST }],
    [`team.azurecr.io/hello:v1@${DIGEST}`, { host: 'team.azurecr.io', repository: 'hello', tag: 'v1', digest: DIGEST }],
  ])('%s is read into its parts', (text, parts) => {
    expect(parseReference(text)).toEqual(parts);
  });

  test.each([
    ['docker.io/node:22', 'docker.io/library/node:22'],
    ['index.docker.io/node', 'docker.io/library/node'],
    ['index.docker.io/grafana/grafana', 'docker.io/grafana/grafana'],
    ['docker.io/grafana/grafana', 'docker.io/grafana/grafana'],
    [`docker.io/node@${DIGEST}`, `docker.io/library/node@${DIGEST}`],
    ['quay.io/node', 'quay.io/node'],
  ])('%s means %s, as Docker has it', (text, meant) => {
    expect(formatReference(parseReference(text))).toBe(meant);
  });

  test('loses nothing when it is written and read again', () => {
    fc.assert(
      fc.property(host, repository, suffix, (hostText, path, rest) => {
        const parsed = parseReference(`${hostText}/${path}${rest}`);

        expect(parseReference(formatReference(parsed))).toEqual(parsed);
      }),
    );
  });

  test('is written as it was read, but for the short names of Docker Hub', () => {
    fc.assert(
      fc.property(host, repository, suffix, (hostText, path, rest) => {
        fc.pre(hostText !== 'docker.io' || path.includes('/'));
        const text = `${hostText}/${path}${rest}`;

        expect(formatReference(parseReference(text))).toBe(text);
      }),
    );
  });

  test('is written without its tag when it has a digest', () => {
    expect(formatReference(parseReference(`quay.io/a:v1@${DIGEST}`))).toBe(`quay.io/a@${DIGEST}`);
  });

  test.each([
    ['node', 'the registry host is missing; write host/repository:tag, such as docker.io/library/node:22'],
    ['', 'the registry host is missing'],
    ['library/node:22', '"library" is no registry host; write docker.io/library/node:22 if it is on Docker Hub'],
    ['Docker.io/node', '"Docker.io" is not a registry host: a DNS name in lower case'],
    ['localhost:65536/node', '"localhost:65536" is not a registry host: a port is 65535 at most'],
    ['a..b/node', '"a..b" is not a registry host'],
    ['-a.b/node', '"-a.b" is not a registry host'],
    [`${'a.'.repeat(127)}bc/node`, 'not a registry host: 255 characters at most'],
    ['quay.io/', '"" is not a repository'],
    ['quay.io/Node', '"Node" is not a repository: lower-case letters'],
    ['quay.io/a//b', '"a//b" is not a repository'],
    ['quay.io/../etc', '"../etc" is not a repository'],
    ['quay.io/a___b', '"a___b" is not a repository'],
    [`quay.io/${'a'.repeat(256)}`, 'not a repository: 255 characters at most'],
    [`docker.io/${'a'.repeat(250)}`, 'not a repository: 255 characters at most'],
    ['quay.io/a:', '"" is not a tag'],
    ['quay.io/a:.b', '".b" is not a tag'],
    ['quay.io/a:b:c', '"b:c" is not a tag'],
    [`quay.io/a:${'b'.repeat(129)}`, 'is not a tag'],
    ['quay.io/a@sha256:abc', '"sha256:abc" is not a digest'],
    [`quay.io/a@${DIGEST.toUpperCase()}`, 'is not a digest'],
    [`quay.io/a@${DIGEST}@${DIGEST}`, 'more than one "@"'],
    ['quay.io/a\n', 'is not a repository'],
    ['https://quay.io/a', 'is not a registry host'],
  ])('is not %j', (text, problem) => {
    expect(() => parseReference(text)).toThrow(BadReference);
    expect(() => parseReference(text)).toThrow(problem);
  });
});

test('a reference to a tag has a tag and no digest', () => {
  expect(parseTagReference('quay.io/a:b')).toEqual({ host: 'quay.io', repository: 'a', tag: 'b' });
  expect(() => parseTagReference('quay.io/a')).toThrow('the tag is missing; write quay.io/a:tag');
  expect(() => parseTagReference(`quay.io/a:b@${DIGEST}`)).toThrow('a digest never changes; name a tag');
});

test('a host alone is read as in a reference', () => {
  expect(parseHost('index.docker.io')).toBe('docker.io');
  expect(parseHost('localhost:5001')).toBe('localhost:5001');
  expect(() => parseHost('docker')).toThrow('"docker" is no registry host');
  expect(() => parseHost('quay.io/a')).toThrow('is not a registry host');
});

test('a short digest is its first twelve hex digits', () => {
  expect(shortDigest(DIGEST as Digest)).toBe('0123456789ab');
});

test.each([
  ['quay.io/a', true],
  ['quay.io/a:b', true],
  [`quay.io/a:b@${DIGEST}`, true],
  ['quay.io/ab', false],
  ['quay.io/a/b', false],
  ['ghcr.io/a', false],
  ['redis:8', false],
  ['', false],
])('the image %j is of quay.io/a: %s', (text, expected) => {
  expect(isImageOf(parseReference('quay.io/a'), text)).toBe(expected);
});
