import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loginsOf, writeLogins } from '../../../../local/cloud/tasks/credentials.ts';
import type { RunSpec } from '../../../../local/cloud/tasks/records.ts';

const OWN = 'localhost:5001';
const BY_REPOSITORY = 'localhost:5003';
const SECRET = 'https://vault.test/secrets/there';
const sources = {
  registries: {
    loginServers: () => [OWN, 'localhost:5002', BY_REPOSITORY],
    isByRepository: (server: string) => server === BY_REPOSITORY,
    login: (server: string) => ({ username: 'cloud', password: `login-of-${server}` }),
    loginAs: (server: string, objectId: string) => ({ username: 'cloud', password: `${objectId}-at-${server}` }),
  },
  vault: {
    secret: (url: string, objectId: string) =>
      url === SECRET && objectId === 'object-of-pull' ? 'from-the-vault' : undefined,
  },
  principals: ['pull', 'other'].map((name) => ({
    ...{ name, objectId: `object-of-${name}`, clientId: `client-id-of-${name}`, identityHeader: 'h' },
  })),
};
const of = (name: string): string =>
  `/subscriptions/s/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}`;
const ofTheTask = { system: 'object-of-task', userAssigned: [of('pull')] };
const logins = (credentials: RunSpec['credentials'], more: Partial<RunSpec> & { own?: string } = {}) => {
  const { own = OWN, ...rest } = more;
  return loginsOf(
    {
      step: { type: 'EncodedTask', encodedTaskContent: '', values: [] },
      timeoutSeconds: 3600,
      identities: ofTheTask,
      credentials,
      ...rest,
    },
    own,
    sources,
  );
};
const own = { registry: OWN, username: 'cloud', password: `login-of-${OWN}` };
const secret = (value: string, type: 'Opaque' | 'Vaultsecret' = 'Opaque') => ({ value, type });

describe('the logins of a run', () => {
  it('are its own registry, unless it wants none', () => {
    expect(logins(undefined)).toEqual([own]);
    expect(logins({ sourceRegistry: { loginMode: 'None' } })).toEqual([]);
  });

  it('are what custom registries say: an identity, a password, a secret of the vault', () => {
    const customRegistries = {
      'localhost:5002': { identity: '[system]' },
      'other.test': { userName: secret('me'), password: secret('mine') },
      'third.test': {
        userName: secret('me'),
        password: secret(SECRET, 'Vaultsecret'),
        identity: 'client-id-of-pull',
      },
    };

    expect(logins({ customRegistries })).toEqual([
      own,
      { registry: 'localhost:5002', username: 'cloud', password: 'object-of-task-at-localhost:5002' },
      { registry: 'other.test', username: 'me', password: 'mine' },
      { registry: 'third.test', username: 'me', password: 'from-the-vault' },
    ]);
  });

  it('let a given credential for the own registry win', () => {
    const customRegistries = { [OWN]: { userName: secret('me'), password: secret('mine') } };

    expect(logins({ customRegistries })).toEqual([{ registry: OWN, username: 'me', password: 'mine' }]);
  });

  it.each([
    ['an identity that nobody has', { identity: 'unknown-client' }, 'the client id unknown-client is of no'],
    ['an identity that the task does not have', { identity: 'client-id-of-other' }, 'the client id client-id-of-other'],
    ['an identity for a foreign registry', { identity: '[system]' }, 'no registry of this cloud'],
    ['the identity of the caller', { identity: '[caller]' }, 'NotSupportedLocally'],
    ['a user without a password', { userName: secret('me') }, 'needs both'],
    ['nothing', {}, 'neither an identity'],
    [
      'a vault secret without an identity',
      { userName: secret('me'), password: secret(SECRET, 'Vaultsecret') },
      'no identity to read it with',
    ],
    [
      'a vault secret that is not there',
      {
        userName: secret('me'),
        password: secret('https://vault.test/secrets/none', 'Vaultsecret'),
        identity: 'client-id-of-pull',
      },
      'failed to read the vault secret',
    ],
    [
      'a vault secret that the identity may not read',
      { userName: secret('me'), password: secret(SECRET, 'Vaultsecret'), identity: '[system]' },
      'the identity may not read it',
    ],
  ])('are refused with %s', (_what, credential, message) => {
    expect(() => logins({ customRegistries: { 'other.test': credential } })).toThrow(message);
  });

  it('need the task to have the identity they name', () => {
    const credentials = { customRegistries: { 'localhost:5002': { identity: '[system]' } } };

    expect(() => logins(credentials, { identities: { userAssigned: [] } })).toThrow('no system-assigned identity');
  });

  it('are none in an own registry whose permissions are by repository, unless an identity is named', () => {
    const own = BY_REPOSITORY;
    const as = (identity: string, identities = {}) =>
      logins(
        { sourceRegistry: { loginMode: 'Default', identity } },
        { own, identities: { ...ofTheTask, ...identities } },
      );

    expect(logins(undefined, { own })).toEqual([]);
    expect(logins({ sourceRegistry: { loginMode: 'Default' } }, { own })).toEqual([]);
    expect(as('none')).toEqual([]);
    const loginOf = (objectId: string) => [{ registry: own, username: 'cloud', password: `${objectId}-at-${own}` }];
    expect(as('[system]')).toEqual(loginOf('object-of-task'));
    expect(as('client-id-of-pull')).toEqual(loginOf('object-of-pull'));
    expect(as('[caller]', { caller: 'object-of-the-app' })).toEqual(loginOf('object-of-the-app'));
    expect(() => as('[caller]')).toThrow('which only quick runs have');
  });

  it('are at least one for an image that is pushed', () => {
    const step = { type: 'Docker' as const, imageNames: ['a:1'], dockerFilePath: 'Dockerfile', noCache: false };

    const push = () => logins(undefined, { own: BY_REPOSITORY, step: { ...step, isPushEnabled: true, arguments: [] } });

    expect(push).toThrow('when specifying push, at least one credential is required');
    expect(logins(undefined, { own: BY_REPOSITORY, step: { ...step, isPushEnabled: false, arguments: [] } })).toEqual(
      [],
    );
  });

  it('are written for their owner only', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gated-import-logins-'));

    await writeLogins(folder, [{ registry: OWN, username: 'u', password: 'p:w' }]);

    const file = join(folder, 'config.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({
      auths: { [OWN]: { auth: Buffer.from('u:p:w').toString('base64') } },
    });
    await rm(folder, { recursive: true });
  });
});
