/** The key vault: the secrets that the policy names, and the key that records are signed with. */
import type { Facts, Vault } from './facts.ts';
import { valueOf, type Finding } from './finding.ts';

export function vaultFindings(facts: Facts): Finding[] {
  const vault = valueOf(facts.vault);
  if (!vault) return facts.vault.kind === 'absent' ? [notThere(facts)] : [];
  return [...secretFindings(vault), ...keyFindings(vault, facts.settings.signingKey)];
}

const notThere = ({ subscription }: Facts): Finding => ({
  code: 'no-vault',
  severity: 'error',
  what: 'the key vault of KEY_VAULT_URL is not in the subscription',
  where: subscription,
  why: 'secrets and the signing key are read from it; the rights on it cannot be compared',
  fix: 'correct KEY_VAULT_URL, or sign in as somebody who may read the vault',
});

function secretFindings({ id, url, secrets }: Vault): Finding[] {
  return Object.entries(secrets).flatMap(([name, secret]): Finding[] => {
    if (secret.kind === 'unseen' || (secret.kind === 'seen' && secret.value.enabled)) return [];
    const isThere = secret.kind === 'seen';
    return [
      {
        code: 'no-secret',
        severity: 'error',
        what: isThere
          ? `the secret "${name}", which the policy names, is disabled`
          : `the key vault has no secret "${name}", which the policy names`,
        where: `${id}/secrets/${name}`,
        why: 'the upstream is not asked, or the app not deployed, without it',
        fix: isThere
          ? `az keyvault secret set-attributes --vault-name ${nameOf(url)} --name ${name} --enabled true`
          : `az keyvault secret set --vault-name ${nameOf(url)} --name ${name} --file <file>`,
      },
    ];
  });
}

function keyFindings({ id, url, key }: Vault, name: string): Finding[] {
  const problem = problemOf(key);
  if (problem === undefined) return [];
  return [
    {
      code: 'no-key',
      severity: 'error',
      what: `the key vault ${problem.replace('%', `"${name}"`)}, which SIGNING_KEY names`,
      where: `${id}/keys/${name}`,
      why: 'no promotion is recorded without a signature, and none goes through without its record',
      fix: `az keyvault key create --vault-name ${nameOf(url)} --name ${name} --kty EC --curve P-256 --ops sign verify`,
    },
  ];
}

function problemOf(key: Vault['key']): string | undefined {
  if (key.kind === 'absent') return 'has no key %';
  const seen = valueOf(key);
  if (!seen) return undefined;
  if (!seen.enabled) return 'has disabled the key %';
  if (!/^EC(-HSM)?$/.test(seen.kind) || seen.curve !== 'P-256') return 'has no EC key on P-256 as %';
  return seen.operations.includes('sign') ? undefined : 'does not let anybody sign with the key %';
}

const nameOf = (url: string): string => new URL(url).hostname.split('.')[0] ?? '';
