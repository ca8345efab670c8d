import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { spawnSync } from 'node:child_process';
import { shellWord } from '../../../../local/containers/client-script.ts';
import { readBuildCommand } from '../../../../local/cloud/tasks/build-command.ts';
import { readImageName, withTag } from '../../../../local/cloud/tasks/image-name.ts';
import { createMask } from '../../../../local/cloud/tasks/mask.ts';
import { mergePatch } from '../../../../local/cloud/tasks/merge.ts';
import { shellWords } from '../../../../local/cloud/tasks/shell-words.ts';
import { parseSourceLocation } from '../../../../local/cloud/tasks/source-location.ts';

const printable = fc.stringMatching(/^[ab 12"'\\$`!*?;&|<>(){}#~=:/_\n\t-]*$/);

describe('a word for the shell', () => {
  it('is read back by our own reader as it was', () => {
    fc.assert(
      fc.property(fc.array(printable.filter((word) => word !== '')), (words) => {
        expect(shellWords(words.map(shellWord).join(' '))).toEqual(words);
      }),
    );
  });

  it('is read back by a real shell as it was', () => {
    fc.assert(
      fc.property(printable, (word) => {
        const { stdout } = spawnSync('/bin/sh', ['-c', `printf %s ${shellWord(word)}`]);
        expect(stdout.toString()).toBe(word);
      }),
      { numRuns: 30 },
    );
  });
});

describe('words of a command line', () => {
  it.each([
    [`a "b c" 'd "e"' f\\ g`, ['a', 'b c', 'd "e"', 'f g']],
    ['  a\n  b\\\n  c  ', ['a', 'b', 'c']],
    [`x"y"'z' "" end`, ['xyz', '', 'end']],
    ['"\\$a \\" \\n"', ['$a " \\n']],
  ])('%j', (text, words) => {
    expect(shellWords(text)).toEqual(words);
  });
});

describe('a build command', () => {
  it('is read for what the run has to know', () => {
    expect(
      readBuildCommand(
        '-t a:1 --tag=b:2 --no-cache -f deploy/Dockerfile --build-arg A=b=c --build-arg "D=e f" --target last --label x=y src',
      ),
    ).toEqual({
      tags: ['a:1', 'b:2'],
      dockerfile: 'deploy/Dockerfile',
      arguments: { A: 'b=c', D: 'e f' },
      target: 'last',
      context: 'src',
    });
  });

  it.each(['-t a:1', '-t a:1 https://example.test/repo.git', '-t a:1 -', '-t a:1 . other'])(
    'is refused: %s',
    (text) => {
      expect(() => readBuildCommand(text)).toThrow('NotSupportedLocally');
    },
  );
});

describe('an image name', () => {
  it.each([
    ['node:15-alpine', 'registry.hub.docker.com', 'library/node', '15-alpine'],
    ['docker.io/team/app', 'registry.hub.docker.com', 'team/app', 'latest'],
    ['localhost:5001/a/b:1', 'localhost:5001', 'a/b', '1'],
    ['localhost/a', 'localhost', 'a', 'latest'],
  ])('%s', (image, registry, repository, tag) => {
    expect(readImageName(image)).toEqual({ registry, repository, tag });
  });

  it('by digest has no tag', () => {
    expect(readImageName('localhost:5001/a@sha256:0')).toEqual({
      registry: 'localhost:5001',
      repository: 'a',
      digest: 'sha256:0',
    });
    expect(withTag('localhost:5001/a@sha256:0')).toBe('localhost:5001/a@sha256:0');
    expect(withTag('localhost:5001/a')).toBe('localhost:5001/a:latest');
  });
});

describe('a mask', () => {
  it('hides a secret however it is cut into chunks', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 40 })), (cuts) => {
        const text = 'before the-secret after\nand the-secret\nthe-sec';
        const mask = createMask(['the-secret']);
        let from = 0;
        let shown = '';
        for (const cut of [...cuts.toSorted((a, b) => a - b), text.length]) {
          shown += mask.push(text.slice(from, cut));
          from = Math.max(from, cut);
        }
        expect(shown + mask.flush()).toBe('before *** after\nand ***\nthe-sec');
      }),
    );
  });

  it('hides every line of a secret, and the longer of two secrets first', () => {
    expect(createMask(['line one\nline two', 'ab', 'abc', '']).apply('line two abc ab line one')).toBe(
      '*** *** *** ***',
    );
  });
});

describe('a patch', () => {
  it('merges objects, replaces lists, and removes what is null', () => {
    expect(
      mergePatch({ a: { b: 1, c: 2 }, list: [1, 2], gone: 1 }, { a: { c: 3 }, list: [9], gone: null, empty: {} }),
    ).toEqual({ a: { b: 1, c: 3 }, list: [9], empty: {} });
  });
});

describe('a source location', () => {
  it.each([
    [undefined, { kind: 'none' }],
    ['/dev/null', { kind: 'none' }],
    ['https://example.test/r.git', { kind: 'git', url: 'https://example.test/r.git', folder: '' }],
    [
      'https://example.test/r.git#main:ci/app',
      { kind: 'git', url: 'https://example.test/r.git', ref: 'main', folder: 'ci/app' },
    ],
    ['/a/folder#:ci', { kind: 'git', url: '/a/folder', folder: 'ci' }],
    ['source/2026/abc.tar.gz', { kind: 'upload', relativePath: 'source/2026/abc.tar.gz' }],
  ])('%s', (text, expected) => {
    expect(parseSourceLocation(text)).toEqual(expected);
  });

  it.each([
    'source/../../etc/passwd',
    'ssh://git@example.test/r.git',
    'https://example.test/a.tar.gz',
    'ext::sh -c id',
    '--upload-pack=x',
  ])('refuses %s', (text) => {
    expect(() => parseSourceLocation(text)).toThrow('NotSupportedLocally');
  });
});
