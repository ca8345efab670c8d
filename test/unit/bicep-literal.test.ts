/** What is read of a Bicep file: literals, as Bicep has them. */
import { expect, it, test } from 'vitest';
import { bicepLiteral } from '../../docs/generate/bicep-literal.ts';

const FILE = `metadata name = 'Roles'

/* all of it */
@description('Who.')
var people = {
  app: 'a' // of the app
  'two words': 'it\\'s'
  many: [
    { to: 'app', count: 2, kept: true }
    {
      to: 'pull'
    }
  ]
  none: []
}
var after = 'the end'
var made = 'a${'$'}{people.app}'
var called = union(people, {})
`;

it('reads objects, lists, texts, numbers and truths, with comments between them', () => {
  expect(bicepLiteral(FILE, 'people')).toEqual({
    app: 'a',
    'two words': "it's",
    many: [{ to: 'app', count: 2, kept: true }, { to: 'pull' }],
    none: [],
  });
  expect(bicepLiteral(FILE, 'after')).toBe('the end');
});

test.each([
  ['nobody', 'the Bicep file has no variable "nobody"'],
  ['made', "line 17 of the Bicep file: 'a${people.app}' is no literal"],
  ['called', 'line 18 of the Bicep file: union is no literal'],
])('refuses %s', (name, why) => {
  expect(() => bicepLiteral(FILE, name)).toThrow(why);
});
