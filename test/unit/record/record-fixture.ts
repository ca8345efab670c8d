/** A promotion record and a key to sign it with. */
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { digest, tag } from '../../../shared/domain/reference.ts';
import type { PromotionRecord } from '../../../shared/domain/record/statement.ts';
import { seal } from '../../../shared/record/bundle.ts';

export const DIGEST = digest.parse(`sha256:${'ab'.repeat(32)}`);
export const OTHER = digest.parse(`sha256:${'cd'.repeat(32)}`);
export const NAME = 'base.example.com/node';

export interface TestKey {
  publicKey: string;
  secret: KeyObject;
}

export function testKey(namedCurve = 'P-256'): TestKey {
  const { privateKey: secret, publicKey } = generateKeyPairSync('ec', { namedCurve });
  return { secret, publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString() };
}

export const recordOf = (change: Partial<PromotionRecord> = {}): PromotionRecord => ({
  gate: 'node',
  upstream: { reference: 'docker.io/library/node:22-alpine', digest: OTHER },
  subject: DIGEST,
  stable: `${NAME}:22-alpine`,
  unique: tag.parse('22-alpine-ca7'),
  previous: OTHER,
  sequence: 7,
  attempt: 3,
  policy: 'c0ffee',
  evidence: [
    {
      check: 'functional',
      checkHash: 'f00d',
      verdict: 'pass',
      digest: DIGEST,
      platform: 'linux/amd64',
      tool: 'docker:28-cli',
      run: 'ca7',
      startedAt: '2031-02-03T04:05:06.000Z',
      finishedAt: '2031-02-03T04:05:36.000Z',
    },
  ],
  approvals: [],
  seenSince: '2031-02-01T00:00:00.000Z',
  decidedAt: '2031-02-03T04:06:00.000Z',
  key: 'https://contoso.vault.azure.net/keys/promotions/0123',
  ...change,
});

export const sealed = (record: PromotionRecord, key: TestKey): Promise<Uint8Array> =>
  seal(record, {
    name: NAME,
    publicKey: key.publicKey,
    sign: async (bytes) => sign('sha256', bytes, key.secret),
  });

export const toJson = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes));
