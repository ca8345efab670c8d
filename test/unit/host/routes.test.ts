import { expect, test } from 'vitest';
import { matchRoute, route } from '../../../local/host/http/routes.ts';

const routes = [
  route('api/gates/{gate}/candidates/{digest}', { methods: ['get'], target: 'candidate' }),
  route('api/gates/{gate}/candidates/latest', { methods: [], target: 'latest' }),
  route('api/gates/{gate}', { methods: ['GET'], target: 'gate' }),
  route('api/gates/{gate}', { methods: ['DELETE'], target: 'remove' }),
  route('api/runs/{id:int}', { methods: ['GET'], target: 'run' }),
  route('api/runs/{name:alpha}', { methods: ['GET'], target: 'named run' }),
  route('api/files/{*path}', { methods: ['GET'], target: 'files' }),
  route('api/{area?}', { methods: ['GET'], target: 'area' }),
];
const find = (method: string, path: string) => matchRoute(routes, method, path.split('/').slice(1));

test.each([
  ['GET', '/api/gates/node', 'gate', { gate: 'node' }],
  ['DELETE', '/api/gates/node', 'remove', { gate: 'node' }],
  ['GET', '/API/Gates/Node', 'gate', { gate: 'Node' }],
  ['GET', '/api/gates/node/candidates/sha256:ab', 'candidate', { gate: 'node', digest: 'sha256:ab' }],
  ['GET', '/api/gates/node/candidates/LATEST', 'latest', { gate: 'node' }],
  ['GET', '/api/runs/-12', 'run', { id: '-12' }],
  ['GET', '/api/runs/abc', 'named run', { name: 'abc' }],
  ['GET', '/api/files/a/b', 'files', { path: 'a/b' }],
  ['GET', '/api/files', 'files', { path: '' }],
  ['GET', '/api/other', 'area', { area: 'other' }],
  ['GET', '/api', 'area', {}],
])('%s %s is %s', (method, path, target, params) => {
  expect(find(method, path)).toEqual({ kind: 'found', target, params });
});

test.each([
  ['GET', '/other'],
  ['GET', '/api/gates/node/candidates'],
  ['GET', '/api/runs/a1'],
  ['GET', '/api/gates/node/more/than/this'],
])('%s %s is nothing', (method, path) => {
  expect(find(method, path)).toEqual({ kind: 'none' });
});

test('names every method that a path has, when it has another', () => {
  expect(find('PUT', '/api/gates/node')).toEqual({ kind: 'wrong method', allowed: ['GET', 'DELETE'] });
});

test.each(['a/{x:regex(.*)}', 'a/v{x}', 'a/{x:datetime}', 'a/{x=5}'])('refuses the template %s', (template) => {
  expect(() => route(template, { methods: [], target: 'x' })).toThrow('func start');
});
