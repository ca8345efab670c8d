/**
 * The app's identity has what it needs and nothing else: asked live, with the app's own token, of the vault and of a registry. A role that an
 * operator gives counts, and one that is taken away no longer does, for both by the same table.
 */
import { randomUUID } from 'node:crypto';
import { identities, registriesOf, subscription, vaultId } from '../../azure.ts';
import { createAzureClient, type AzureClient } from '../../provision/azure-client.ts';
import { askAs, type IdentityAsk } from '../ask/identity.ts';
import type { Context, Facts, Step } from '../story.ts';
import { claim } from '../until.ts';
import { NODE, STABLE_TAG } from '../walkthrough.ts';

const AUTHORIZATION_API_VERSION = '2022-04-01';
/** https://learn.microsoft.com/azure/role-based-access-control/built-in-roles */
const KEY_VAULT_SECRETS_OFFICER = 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7';
const ACR_PULL = '7f951dda-4ed3-4680-a7ca-43fe172d538d';

const ITS_SECRET = 'public-registry-user';
/** Nobody needs these: what is refused must do no harm should it not be. */
const OPENED = 'walkthrough-opened';
const CLOSED = 'walkthrough-closed';

export const leastPrivilege: Step = {
  id: 'S3',
  title:
    "the app's identity gets secrets and nothing else of the vault; one role table decides, for vault and registries",
  async run(context) {
    const app = askAs(context.local, 'app');
    const azure = createAzureClient(context.local.instance);
    return {
      asProvisioned: await getsSecretsAndNothingElse(app, context),
      vault: await vaultFollowsTheTable(app, { azure, context }),
      registry: await registryFollowsTheTable(app, { azure, context }),
      assignments: await assignmentsOfTheApp(azure),
    };
  },
};

async function getsSecretsAndNothingElse(app: IdentityAsk, { say }: Context): Promise<Facts> {
  const get = await app.vault(`GET /secrets/${ITS_SECRET}`);
  claim('the app gets a secret', get === 200, get);
  const refused: Record<string, number> = {
    'list secrets': await app.vault('GET /secrets'),
    'list versions': await app.vault(`GET /secrets/${ITS_SECRET}/versions`),
    'set a secret': await app.vault(`PUT /secrets/${CLOSED}`, { value: 'no' }),
    'change a secret': await app.vault(`PATCH /secrets/${CLOSED}`, { attributes: { enabled: false } }),
    'delete a secret': await app.vault(`DELETE /secrets/${CLOSED}`),
    'list deleted secrets': await app.vault('GET /deletedsecrets'),
    'recover a secret': await app.vault(`POST /deletedsecrets/${CLOSED}/recover`),
    'purge a secret': await app.vault(`DELETE /deletedsecrets/${CLOSED}`),
  };
  const allowed = Object.entries(refused).filter(([, status]) => status !== 403);
  claim('the app can do nothing else in the vault', allowed.length === 0, allowed);
  say(`the app gets ${ITS_SECRET}: ${get}; everything else in the vault: 403`);
  return { 'get a secret': get, ...refused };
}

interface Parts {
  azure: AzureClient;
  context: Context;
}

/** A role on one secret opens that one, and no other. */
async function vaultFollowsTheTable(app: IdentityAsk, { azure, context }: Parts): Promise<Facts> {
  const set = (name: string) => app.vault(`PUT /secrets/${name}`, { value: 'set with the token of the app' });
  const scope = `${vaultId}/secrets/${OPENED}`;
  const before = await set(OPENED);
  const role = await give(azure, { scope, role: KEY_VAULT_SECRETS_OFFICER });
  const given = await set(OPENED);
  const another = await set(CLOSED);
  await role.takeAway();
  const takenAway = await set(OPENED);

  const seen = { before, given, another, takenAway };
  const expected = before === 403 && given === 200 && another === 403 && takenAway === 403;
  claim('setting a secret follows a role on that secret', expected, seen);
  context.say(`set ${OPENED}: ${before}; with a role on it: ${given}; without it again: ${takenAway}`);

  const operator = askAs(context.local, 'provisioner');
  const removed = [
    await operator.vault(`DELETE /secrets/${OPENED}`),
    await operator.vault(`DELETE /deletedsecrets/${OPENED}`),
  ];
  claim('the secret is removed again', removed.join() === '200,204', removed);
  return { scope, role: 'Key Vault Secrets Officer', ...seen };
}

/** The app reads the public registry with a login of its upstream, and has no role there. A registry says 401 where the vault says 403. */
async function registryFollowsTheTable(app: IdentityAsk, { azure, context }: Parts): Promise<Facts> {
  const { public: upstream } = context.local.endpoints.registries;
  const pull = () => app.pull(upstream, NODE, STABLE_TAG);
  const scope = registriesOf(context.local.instance).public.id;
  const before = await pull();
  const role = await give(azure, { scope, role: ACR_PULL });
  const given = await pull();
  await role.takeAway();
  const takenAway = await pull();

  const seen = { before, given, takenAway };
  claim('pulling follows a role on the registry', before === 401 && given === 200 && takenAway === 401, seen);
  context.say(`pull ${NODE} of ${upstream.name}: ${before}; with AcrPull: ${given}; without it again: ${takenAway}`);
  return { scope, role: 'AcrPull', ...seen };
}

/** As an operator does it, over Resource Manager. */
async function give(
  azure: AzureClient,
  { scope, role }: { scope: string; role: string },
): Promise<{ takeAway(): Promise<void> }> {
  const assignment = `${scope}/providers/Microsoft.Authorization/roleAssignments/${randomUUID()}`;
  await azure.put(assignment, AUTHORIZATION_API_VERSION, {
    properties: {
      roleDefinitionId: `/subscriptions/${subscription}/providers/Microsoft.Authorization/roleDefinitions/${role}`,
      principalId: identities.app.objectId,
      principalType: 'ServicePrincipal',
    },
  });
  return { takeAway: () => azure.delete(assignment, AUTHORIZATION_API_VERSION) };
}

/** All that is left at the end, as the role table has it: names of roles and where they hold. */
async function assignmentsOfTheApp(azure: AzureClient): Promise<string[]> {
  const all = `/subscriptions/${subscription}/providers/Microsoft.Authorization/roleAssignments`;
  const { value } = (await azure.get(all, AUTHORIZATION_API_VERSION)) as {
    value: { properties: { principalId: string; roleDefinitionId: string; scope: string } }[];
  };
  const own = value.filter(({ properties }) => properties.principalId === identities.app.objectId);
  return Promise.all(
    own.map(async ({ properties: { roleDefinitionId, scope } }) => {
      const role = (await azure.get(roleDefinitionId, AUTHORIZATION_API_VERSION)) as {
        properties: { roleName: string };
      };
      return `${role.properties.roleName} on ${scope.replace(/^.*\/(?=[^/]+\/[^/]+$)/, '')}`;
    }),
  );
}
