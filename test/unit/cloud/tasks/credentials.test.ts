import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loginsOf, writeLogins } from '../../../../local/cloud/tasks/credentials.ts';
import type { RunSpec } from '../../../../local/cloud/tasks/records.ts';

const OWN = 'localhost:5001';
const sources = {
  registries: {
    loginServers: () => [OWN, 'localhost:5002'],
    login: (server: string) => ({ username: 'cloud', password: `login-of-${server}` }),
  },
  vault: { secret: (url: string) => (url === 'https://vault.test/secrets/there' ? 'from-the-vault' : undefined) },
  principals: [{ name: 'pull', objectId: 'o', clientId: 'client-id-of-pull', identityHeader: 'h' }],
};
const logins = (credentials: RunSpec['credentials'], more: Partial<RunSpec> = {}) =>
  loginsOf(
    {
      step: { type: 'EncodedTask', encodedTaskContent: '', values: [] },
      timeoutSeconds: 3600,
      systemIdentity: true,
      credentials,
      ...more,
    },
    OWN,
    sources,
  );
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
        password: secret('https://vault.test/secrets/there', 'Vaultsecret'),
        identity: 'client-id-of-pull',
      },
    };

    expect(logins({ customRegistries })).toEqual([
      own,
      { registry: 'localhost:5002', username: 'cloud', password: 'login-of-localhost:5002' },
      { registry: 'other.test', username: 'me', password: 'mine' },
      { registry: 'third.test', username: 'me', password: 'from-the-vault' },
    ]);
  });

  it('let a given credential for the own registry win', () => {
    const customRegistries = { [OWN]: { userName: secret('me'), password: secret('mine') } };

    expect(logins({ customRegistries })).toEqual([{ registry: OWN, username: 'me', password: 'mine' }]);
  });

  it.each([
    ['an identity that nobody has', { identity: 'unknown-client' }, 'no identity with the client id unknown-client'],
    ['an identity for a foreign registry', { identity: '[system]' }, 'no registry of this cloud'],
    ['the identity of the caller', { identity: '[caller]' }, 'NotSupportedLocally'],
    ['a user without a password', { userName: secret('me') }, 'needs both'],
    ['nothing', {}, 'neither an identity'],
    [
      'a vault secret without an identity',
      { userName: secret('me'), password: secret('https://vault.test/secrets/there', 'Vaultsecret') },
      'no identity to read it with',
    ],
    [
      'a vault secret that is not there',
      {
        userName: secret('me'),
        password: secret('https://vault.test/secrets/none', 'Vaultsecret'),
        identity: '[system]',
      },
      'failed to read the vault secret',
    ],
  ])('are refused with %s', (_what, credential, message) => {
    expect(() => logins({ customRegistries: { 'other.test': credential } })).toThrow(message);
  });

  it('need the task to have the identity they name', () => {
    const credentials = { customRegistries: { 'localhost:5002': { identity: '[system]' } } };

    expect(() => logins(credentials, { systemIdentity: false })).toThrow('no system-assigned identity');
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
