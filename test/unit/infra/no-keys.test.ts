/** Nothing in Azure is reached with a key: every door that takes one is shut, and no template asks for one. */
import { describe, expect, it } from 'vitest';
import { examples, firstStages, ofType, resourcesOf, textOf } from './snapshot.ts';

/** What a resource says about keys, logins and who comes in without one. */
const SHUT: Record<string, Record<string, unknown>> = {
  'Microsoft.ContainerRegistry/registries': { adminUserEnabled: false, anonymousPullEnabled: false },
  'Microsoft.Storage/storageAccounts': {
    allowSharedKeyAccess: false,
    allowBlobPublicAccess: false,
    minimumTlsVersion: 'TLS1_2',
  },
  'Microsoft.KeyVault/vaults': { enableRbacAuthorization: true },
  'Microsoft.EventGrid/topics': { disableLocalAuth: true },
  'Microsoft.Insights/components': { DisableLocalAuth: true },
  'Microsoft.OperationalInsights/workspaces': { features: { disableLocalAuth: true } },
  'Microsoft.Web/sites': { httpsOnly: true },
  'Microsoft.Web/sites/basicPublishingCredentialsPolicies': { allow: false },
};

describe.each(examples)('the example %s', (example) => {
  it('shuts every door that takes a key', () => {
    const open = resourcesOf(example).filter(({ type, properties }) => {
      const wanted = Object.entries(SHUT[type] ?? {});
      return wanted.some(([name, value]) => JSON.stringify(properties[name]) !== JSON.stringify(value));
    });

    expect(open.map(({ id }) => id)).toEqual([]);
  });

  it('asks for no key and no connection string but that of Application Insights, which holds no key that works', () => {
    const text = textOf(example);
    const connectionStrings = text.match(/"[A-Za-z_]*connection_?string[A-Za-z_]*":/gi) ?? [];

    expect(text).not.toMatch(/list(Keys|Credentials|AdminKeys|Secrets)\(|AccountKey=|SharedAccess|primaryKey/i);
    expect(new Set(connectionStrings)).toEqual(
      new Set(firstStages.includes(example) ? ['"APPLICATIONINSIGHTS_CONNECTION_STRING":'] : []),
    );
  });

  it('holds no secret in the clear', () => {
    const clear = ofType(example, 'Microsoft.KeyVault/vaults/secrets').filter(
      ({ properties }) => !/^\[.+\]$/.test(String(properties['value'])),
    );

    // The name of a login is kept beside its password.
    expect(clear.filter(({ id }) => !id?.endsWith('-user'))).toEqual([]);
  });
});

it('has a walkthrough with every kind of resource that could take a key', () => {
  const there = new Set(resourcesOf('walkthrough').map(({ type }) => type));

  expect(Object.keys(SHUT).filter((type) => !there.has(type))).toEqual([]);
});
