/** Holds an answer against what its endpoint says of itself: no status, no field and no header that is not described. */
import { expect } from 'vitest';
import type { Endpoint } from '../../../../functions/http/endpoint.ts';
import { problem } from '../../../../functions/http/schemas/common.ts';
import { problemsOf } from '../../../../functions/http/problems.ts';
import type { Answer } from './call.ts';

export function assertDescribed(endpoint: Endpoint, { status, headers, json, text }: Answer): void {
  const { answer } = endpoint;
  const where = `${endpoint.method} /api/${endpoint.route} answered ${status}: ${text}`;
  expect(headers, where).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });

  if (status === 304) {
    expect(endpoint.method, where).toBe('GET');
    expect(text, where).toBe('');
  } else if (answer.kind === 'json' && (status === answer.status || status === answer.alsoAt)) {
    expect(answer.schema.safeParse(json).error?.issues ?? [], where).toEqual([]);
    if (status === 202) expect(headers['location'], where).toMatch(/^\/api\//);
  } else if (answer.kind === 'text' && status === answer.status) {
    for (const name of Object.keys(answer.headers)) expect(headers[name], where).toBeDefined();
  } else {
    expect(
      problemsOf(endpoint).map((one) => one.status),
      where,
    ).toContain(status);
    expect(headers['content-type'], where).toBe('application/problem+json');
    expect(problem.safeParse(json).error?.issues ?? [], where).toEqual([]);
    expect(json['status'], where).toBe(status);
  }
}
