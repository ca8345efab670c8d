/** The JSON of Key Vault's answers and refusals. */
import type { Context } from 'hono';
import type { Env } from '../http.ts';
import { RECOVERABLE_DAYS } from './limits.ts';
import type { Secret, Version } from './secrets.ts';

/** `vaultUrl` without a slash at its end, as in every id here. */
export interface VaultAddress {
  vaultUrl: string;
}

/** A version without its value: an item of a list, and the answer to a change or a deletion. */
export const item = ({ vaultUrl }: VaultAddress, secret: Secret, version: Version | undefined): object => {
  const shown = version ?? secret.versions.at(-1);
  return {
    id: `${vaultUrl}/secrets/${secret.name}${version ? `/${version.version}` : ''}`,
    ...(shown?.contentType === undefined ? {} : { contentType: shown.contentType }),
    attributes: { ...shown?.attributes, recoveryLevel: 'Recoverable+Purgeable', recoverableDays: RECOVERABLE_DAYS },
    tags: shown?.tags ?? {},
  };
};

export const bundle = (vault: VaultAddress, secret: Secret, version: Version): object => ({
  value: version.value,
  ...item(vault, secret, version),
});

export const deletedItem = (vault: VaultAddress, secret: Secret, version: Version | undefined): object => ({
  recoveryId: `${vault.vaultUrl}/deletedsecrets/${secret.name}`,
  deletedDate: secret.deleted?.at,
  scheduledPurgeDate: secret.deleted?.purgeAt,
  ...item(vault, secret, version),
});

export const notFound = (c: Context<Env>, named: string): Response =>
  refuse(
    c,
    404,
    'SecretNotFound',
    `A secret with (name/id) ${named} was not found in this key vault. If you recently deleted this secret you may be able to recover it using the correct recovery command.`,
  );

export const refuse = (
  c: Context<Env>,
  status: 400 | 401 | 403 | 404 | 409,
  code: string,
  message: string,
  inner?: string,
): Response =>
  c.json({ error: { code, message, ...(inner === undefined ? {} : { innererror: { code: inner } }) } }, status);

export const badParameter = (c: Context<Env>, message: string): Response => refuse(c, 400, 'BadParameter', message);
