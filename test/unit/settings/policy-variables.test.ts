/** What of the environment a policy may name: registries and what is listed, and never a secret. */
import { describe, expect, test } from 'vitest';
import { policyVariables } from '../../../shared/settings.ts';
import { AZURE, problemsOf } from './environments.ts';

describe('the variables of a policy', () => {
  test('are the registries and what POLICY_VARIABLES lists', () => {
    const environment = {
      ...AZURE,
      BASE_REGISTRY: 'base.azurecr.io',
      TEAM_A2_REGISTRY: 'a2.azurecr.io',
      EMPTY_REGISTRY: '',
      registry: 'x',
      REGISTRY: 'x',
      REGION: 'westeurope',
      OTHER: 'x',
      POLICY_VARIABLES: ' REGION , ',
    };

    expect(policyVariables(environment)).toEqual({
      BASE_REGISTRY: 'base.azurecr.io',
      TEAM_A2_REGISTRY: 'a2.azurecr.io',
      REGION: 'westeurope',
    });
    expect(problemsOf(environment)).toEqual([]);
  });

  test('never have the quarantine registry, even when it is listed', () => {
    expect(policyVariables({ ...AZURE, POLICY_VARIABLES: 'QUARANTINE_REGISTRY' })).toEqual({});
  });

  test.each(['DB_PASSWORD', 'API_KEY', 'CLIENT_SECRET', 'GITHUB_TOKEN', 'STORAGE_CONNECTION_STRING', 'BLOB_SAS'])(
    'never have %s, and listing it is a problem',
    (name) => {
      const environment = { ...AZURE, [name]: 'hunter2', POLICY_VARIABLES: name };

      expect(policyVariables(environment)).toEqual({});
      expect(problemsOf(environment)).toEqual([
        `POLICY_VARIABLES: "${name}" looks like a secret. Put it into Key Vault and write \${secret:name} in the policy.`,
      ]);
    },
  );

  test.each([
    ['region', 'is not a name'],
    ['ARM_ENDPOINT', 'is a setting of the app itself'],
    ['MISSING', 'is listed but not set'],
  ])('cannot be %s', (name, says) => {
    expect(problemsOf({ ...AZURE, POLICY_VARIABLES: name })).toEqual([expect.stringContaining(says)]);
  });
});
