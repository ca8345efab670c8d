import { describe, expect, it } from 'vitest';
import { baseImages } from '../../../../local/cloud/tasks/dockerfile.ts';

const find = (lines: string[], options: { arguments?: Record<string, string>; target?: string } = {}) =>
  baseImages(lines.join('\n'), { arguments: {}, ...options }).map(({ use, reference }) => `${use} ${reference}`);

describe('the base images of a Dockerfile', () => {
  it('have build arguments filled in, with the defaults of ARG', () => {
    const lines = ['ARG FROM_URL=default.test/', 'ARG TAG="15"', 'FROM ${FROM_URL}node:$TAG-alpine', 'ARG LATER=no'];

    expect(find(lines)).toEqual(['runtime default.test/node:15-alpine']);
    expect(find(lines, { arguments: { FROM_URL: 'base.test/' } })).toEqual(['runtime base.test/node:15-alpine']);
  });

  it('know which of several stages the image stands on', () => {
    const lines = [
      'FROM go:1 AS Build',
      'FROM --platform=linux/amd64 node:22 AS base',
      'FROM base',
      'COPY --from=build /a /a',
      'COPY --from=tools:3 /b /b',
      'COPY --from=0 /c /c',
    ];

    expect(find(lines)).toEqual(['runtime node:22', 'buildtime go:1', 'copied tools:3']);
    expect(find(lines, { target: 'build' })).toEqual(['runtime go:1', 'buildtime node:22', 'copied tools:3']);
  });

  it('leave out scratch, comments and lines that go on', () => {
    expect(find(['# FROM no:1', 'FROM \\', '  yes:1', 'FROM scratch'])).toEqual(['buildtime yes:1']);
  });

  it('understand defaults inside braces', () => {
    expect(find(['ARG A', 'FROM ${A:-fallback:1}'])).toEqual(['runtime fallback:1']);
  });
});
