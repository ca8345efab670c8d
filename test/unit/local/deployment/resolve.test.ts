/** The expressions that a snapshot leaves open, resolved as Azure Resource Manager does. */
import { describe, expect, it } from 'vitest';
import { UnknownExpression } from '../../../../local/deployment/expression.ts';
import { resolve, type Lookups } from '../../../../local/deployment/resolve.ts';

const lookups: Lookups = {
  resource: (id, apiVersion) =>
    Promise.resolve({
      id,
      identity: { principalId: `principal of ${id}` },
      properties: { loginServer: 'localhost:5009', version: apiVersion, endpoints: { blob: 'https://blobs/' } },
    }),
  secret: (vaultId, name) => Promise.resolve(`${name} of ${vaultId}`),
  parameters: { secrets: { token: 'a token', empty: '' }, password: '' },
};

describe('an expression', () => {
  it.each([
    ["[reference('/a/b', '2031-01-01').loginServer]", 'localhost:5009'],
    ["[reference('/a/b', '2031-01-01').version]", '2031-01-01'],
    ["[reference('/a/b', '2031-01-01').endpoints.blob]", 'https://blobs/'],
    ["[reference('/a/b', '2031-01-01', 'full').identity.principalId]", 'principal of /a/b'],
    ["[getKeyVaultSecret('/a/vault', 'git-token')]", 'git-token of /a/vault'],
    ["[parameters('secrets').token]", 'a token'],
    ["[format('{0}/node:{1}', reference('/a/b', '1').loginServer, 'it''s')]", "localhost:5009/node:it's"],
    ["[not(empty(parameters('password')))]", false],
    ["[not(empty(parameters('secrets').token))]", true],
  ])('%s is what Azure would make of it', async (text, value) => {
    expect(await resolve(text, lookups)).toBe(value);
  });

  it('is resolved wherever it is, also where it is the name of a property', async () => {
    const body = {
      credentials: { "[reference('/a/b', '1').loginServer]": { identity: '[system]' } },
      list: [1, null, "[parameters('secrets').token]"],
    };

    expect(await resolve(body, lookups)).toEqual({
      credentials: { 'localhost:5009': { identity: '[system]' } },
      list: [1, null, 'a token'],
    });
  });

  it.each([
    ["[uniqueString('a')]", 'the function uniqueString is not known'],
    ['[environment().resourceManager]', 'the function environment is not known'],
    ["[reference('/a/b', '1').nothing]", 'what it names is not there'],
    ["[parameters('other').token]", 'what it names is not there'],
    ["[format('{0}', 'a' 'b')]", '"," was expected'],
    ['[format(1)]', 'a function or a text was expected, not "1"'],
  ])('%s is refused by name', async (text, why) => {
    await expect(resolve({ value: text }, lookups)).rejects.toThrow(UnknownExpression);
    await expect(resolve({ value: text }, lookups)).rejects.toThrow(why);
  });

  it.each(['[system]', 'plain', '[[escaped]', '[a, list]'])('is not what only looks like one: %s', async (text) => {
    expect(await resolve(text, lookups)).toBe(text);
  });
});
