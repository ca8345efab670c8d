/** Builds that stand on images of another registry, which the run has to be let into. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { app } from './services.ts';
import { openTasksSystem, PUBLISHER, SECRETS, type Ended, type TasksSystem } from './tasks-system.ts';
import { makeToken, type ScopedLogin } from './tasks-token.ts';

const [USER, PASSWORD] = ['https://vault.test/secrets/publisher-user', 'https://vault.test/secrets/publisher-password'];
const ALPINE = 'FROM scratch\nCOPY busybox /bin/sh\nENV PATH=/bin\n';

let system: TasksSystem;
let token: ScopedLogin;
beforeAll(async () => {
  system = await openTasksSystem();
  await system.pushImage('public/base:1', ALPINE, system.publisher);
  await system.pushImage('private/base:1', ALPINE, system.publisher);
  token = await makeToken(system.client, { registry: PUBLISHER, repository: 'public/base', actions: ['read'] });
  SECRETS[USER] = token.username;
  SECRETS[PASSWORD] = token.password;
});
afterAll(() => system.close());

async function buildOn(repository: string, credential: object | undefined): Promise<Ended> {
  const sourceLocation = await system.upload({
    Dockerfile: `FROM ${system.publisher}/${repository}:1\nLABEL built=yes\n`,
  });
  return system.runAsApp({
    step: {
      type: 'Docker',
      imageNames: ['from/elsewhere:{{.Run.ID}}'],
      dockerFilePath: 'Dockerfile',
      contextPath: sourceLocation,
    },
    credentials: credential ? { customRegistries: { [system.publisher]: credential } } : {},
  });
}

describe('a build on an image of another registry', () => {
  it('cannot pull it without a login there', async () => {
    const run = await buildOn('public/base', undefined);

    expect(run.status).toBe('Failed');
    expect(run.message).toContain(`failed to pull ${system.publisher}/public/base:1`);
  });

  it.each([
    ['that is written in the request', () => opaque(token)],
    ['that is in the key vault', () => fromVault()],
  ])('pulls it with a token of one repository %s, and pushes to its own registry', async (_what, credential) => {
    const run = await buildOn('public/base', credential());

    expect(run.status).toBe('Succeeded');
    expect(run.outputImages).toMatchObject([{ registry: system.registry, repository: 'from/elsewhere' }]);
    expect(run.log).toContain(`Setting up the login to registry: ${system.publisher}`);
    expect(run.log).not.toContain(token.password);
  });

  it('pulls nothing with that token that lies beside its repository', async () => {
    const run = await buildOn('private/base', opaque(token));

    expect(run.status).toBe('Failed');
    expect(run.message).toContain(`failed to pull ${system.publisher}/private/base:1`);
  });

  it('pulls it as an identity of the task', async () => {
    expect((await buildOn('private/base', { identity: app.clientId })).status).toBe('Succeeded');
  });
});

const opaque = ({ username, password }: ScopedLogin) => ({
  userName: { value: username, type: 'Opaque' },
  password: { value: password, type: 'Opaque' },
});
const fromVault = () => ({
  userName: { value: USER, type: 'Vaultsecret' },
  password: { value: PASSWORD, type: 'Vaultsecret' },
  identity: app.clientId,
});
