/** `.local/endpoints.json`: everything a person or a script needs to look into the running system from outside. */
import { join } from 'node:path';
import { appSettings, policySettings, sdkSettings } from './app-settings.ts';
import { armUrl, identities, identityUrl, registriesOf, vaultUrl, type RegistryRole } from './azure.ts';
import type { People } from './identity-provider/people.ts';
import { issueToken } from './identity-provider/token.ts';
import type { Instance } from './instance.ts';
import { layoutOf } from './layout.ts';
import type { Login } from './provision/logins.ts';
import { repositoryNames, type RepositoryName } from './provision/repositories.ts';

export interface Endpoints {
  /** The app: `<app>/api/gates` and so on. */
  app: string;
  /** Where a browser signs in at the app, and whom scripts may be: each token goes into `authorization: Bearer <token>`. */
  signIn: string;
  people: { name: string; id: string; roles: string[]; token: string }[];
  arm: string;
  keyVault: string;
  tables: string;
  blobs: string;
  announcements: string;
  identity: string;
  /** PEM of the CA that signed every certificate here: for `--cacert`, `SSL_CERT_FILE`, `NODE_EXTRA_CA_CERTS`. */
  caFile: string;
  /** Login servers, with a user for `skopeo`, `podman login` and `curl --user`. */
  registries: Record<RegistryRole, { host: string; url: string; name: string; resourceGroup: string } & Login>;
  /** Git repositories: commit on `main`, and their ACR task runs. */
  repositories: Record<RepositoryName, string>;
  /** The policy in force; edit it. */
  policy: string;
  /** What it may name as `${NAME}`: for the command line, which checks a policy before it is there. */
  policySettings: Record<string, string>;
  /** What the app is started with, as Azure would have it as app settings: for the command line, which looks whether all of it is right. */
  settings: Record<string, string>;
  logs: { app: string; cloud: string };
  /** Environment of a script that uses `DefaultAzureCredential` and the endpoints above. */
  environment: Record<string, string>;
}

export function describeEndpoints(options: {
  instance: Instance;
  caFile: string;
  announcementsEndpoint: string;
  logins: Record<RegistryRole, Login>;
  people: People;
}): Endpoints {
  const { instance, caFile, announcementsEndpoint, logins, people } = options;
  const layout = layoutOf(instance.directory);
  const environment = sdkSettings({ instance, caFile, identityHeader: instance.identityHeaders.provisioner });
  const registries = registriesOf(instance);
  const registry = (role: RegistryRole) => {
    const { host, name, resourceGroup } = registries[role];
    return { host, url: `https://${host}`, name, resourceGroup, ...logins[role] };
  };
  const app = `http://127.0.0.1:${instance.ports.app}`;
  return {
    app,
    signIn: `${app}/.auth/login/aad`,
    people: people.people.map(({ name, id, roles }) => ({
      name,
      id,
      roles,
      token: issueToken({ oid: id, kind: 'access' }, people.secret),
    })),
    arm: armUrl(instance),
    keyVault: vaultUrl(instance),
    tables: environment['TABLES_ENDPOINT'] ?? '',
    blobs: environment['BLOBS_ENDPOINT'] ?? '',
    announcements: announcementsEndpoint,
    identity: identityUrl(instance),
    caFile,
    registries: {
      public: registry('public'),
      quarantine: registry('quarantine'),
      base: registry('base'),
      team: registry('team'),
    },
    repositories: Object.fromEntries(repositoryNames.map((name) => [name, join(layout.repositories, name)])) as Record<
      RepositoryName,
      string
    >,
    policy: layout.policy,
    policySettings: policySettings({ instance, layout }),
    settings: settingsOf({ instance, layout, caFile, announcementsEndpoint }),
    logs: logFiles(layout.logs),
    environment,
  };
}

/** Without what App Service sets itself, and with the name of the identity. */
function settingsOf(options: Parameters<typeof appSettings>[0]): Record<string, string> {
  const {
    IDENTITY_ENDPOINT: _,
    IDENTITY_HEADER: _header,
    NODE_EXTRA_CA_CERTS: _ca,
    ...settings
  } = appSettings(options);
  return { ...settings, AZURE_CLIENT_ID: identities.app.clientId };
}

export const logFiles = (folder: string): Endpoints['logs'] => ({
  app: join(folder, 'host.log'),
  cloud: join(folder, 'cloud.log'),
});
