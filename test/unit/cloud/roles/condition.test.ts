import { expect, test } from 'vitest';
import { parseCondition } from '../../../../local/cloud/roles/condition.ts';

const READ = 'Microsoft.ContainerRegistry/registries/repositories/content/read';
const METADATA = 'Microsoft.ContainerRegistry/registries/repositories/metadata/read';
const NAME = '@Request[Microsoft.ContainerRegistry/registries/repositories:name]';

test('reads a condition as the portal writes it, over many lines', () => {
  const text = `(
 (
  !(ActionMatches{'${READ}'})
  AND
  !(ActionMatches{'${METADATA}'})
 )
 OR
 (
  ${NAME} StringEqualsIgnoreCase 'Node'
  OR
  ${NAME} StringStartsWithIgnoreCase 'team/'
 )
)`;

  expect(parseCondition(text)).toEqual({
    limited: [READ.toLowerCase(), METADATA.toLowerCase()],
    repositories: [
      { kind: 'equals', name: 'node' },
      { kind: 'starts-with', name: 'team/' },
    ],
  });
});

test.each([
  ['nothing', ''],
  ['no action', `(${NAME} StringEqualsIgnoreCase 'node')`],
  ['another operator', `((!(ActionMatches{'${READ}'})) OR (${NAME} StringLike 'node*'))`],
  ['another attribute', `((!(ActionMatches{'${READ}'})) OR (@Resource[x:name] StringEqualsIgnoreCase 'node'))`],
  ['a prefix that ends within a name', `((!(ActionMatches{'${READ}'})) OR (${NAME} StringStartsWithIgnoreCase 'no'))`],
  ['something after its end', `((!(ActionMatches{'${READ}'})) OR (${NAME} StringEqualsIgnoreCase 'node')) OR (true)`],
])('does not take for a condition what has %s', (_, text) => {
  expect(parseCondition(text)).toBeUndefined();
});
