/** Certificates for signing code that live for ten minutes, as Fulcio gives them, with the promise of a certificate log (RFC 6962) in each. */
import { sign, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { keyPair, sha256, spki, type KeyPair } from './signing.ts';

x509.cryptoProvider.set(webcrypto);

export const ISSUED_AT = Date.UTC(2026, 2, 1, 12);
export const MINUTE = 60_000;

export interface Keyless {
  /** A certificate for this e-mail address or URI; default: `dev@example.com`. */
  subject?: string;
  issuer?: string;
  repository?: string;
  /** When the log saw it; default: a minute after the certificate was issued, which lives for ten. */
  loggedAt?: number;
  /** Not for signing code. */
  usage?: string;
}

export const ISSUER = 'https://issuer.example.com';
export const SUBJECT = 'dev@example.com';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const CODE_SIGNING = '1.3.6.1.5.5.7.3.3';
const FULCIO = '1.3.6.1.4.1.57264.1';

export async function certificateAuthority() {
  const pair = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const log = keyPair();
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'O=example.com, CN=test',
    keys: pair,
    signingAlgorithm: ALGORITHM,
    notBefore: new Date('2025-01-01T00:00:00Z'),
    notAfter: new Date('2035-01-01T00:00:00Z'),
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      await x509.SubjectKeyIdentifierExtension.create(pair.publicKey),
    ],
  });
  const issuerHash = sha256(Buffer.from(root.publicKey.rawData));

  return {
    certificate: Buffer.from(root.rawData).toString('base64'),
    log,
    /** A certificate that lives for ten minutes, with the promise of the certificate log in it. */
    async issue({ subject = SUBJECT, issuer = ISSUER, repository, usage = CODE_SIGNING }: Keyless) {
      const key = keyPair();
      const publicKey = await webcrypto.subtle.importKey('spki', spki(key.publicKey), ALGORITHM, true, ['verify']);
      const extensions: x509.Extension[] = [
        new x509.ExtendedKeyUsageExtension([usage]),
        new x509.SubjectAlternativeNameExtension(
          [{ type: subject.includes('://') ? 'url' : 'email', value: subject }],
          true,
        ),
        await x509.AuthorityKeyIdentifierExtension.create(pair.publicKey),
        new x509.Extension(`${FULCIO}.8`, false, utf8String(issuer)),
        ...(repository ? [new x509.Extension(`${FULCIO}.12`, false, utf8String(repository))] : []),
      ];
      const make = (more: x509.Extension[]) =>
        x509.X509CertificateGenerator.create({
          serialNumber: '4711',
          issuer: root.subject,
          notBefore: new Date(ISSUED_AT),
          notAfter: new Date(ISSUED_AT + 10 * MINUTE),
          publicKey: publicKey,
          signingKey: pair.privateKey,
          signingAlgorithm: ALGORITHM,
          extensions: [...extensions, ...more],
        });
      const before = await make([]);
      const promise = certificateTimestamp(log, issuerHash, toBeSigned(Buffer.from(before.rawData)));
      const certificate = await make([new x509.Extension('1.3.6.1.4.1.11129.2.4.2', false, promise)]);
      return { certificate: Buffer.from(certificate.rawData).toString('base64'), key };
    },
  };
}

const uint = (value: number, bytes: number): Buffer => {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
};

/** RFC 6962, 3.2 and 3.3: what the certificate log signs, and the list of one that goes into the certificate. */
function certificateTimestamp(log: KeyPair, issuerHash: Buffer, certificate: Buffer): Buffer {
  const at = uint(ISSUED_AT, 6);
  const time = Buffer.concat([Buffer.alloc(2), at]);
  const entry = Buffer.concat([issuerHash, uint(certificate.length, 3), certificate]);
  const signed = Buffer.concat([uint(0, 1), uint(0, 1), time, uint(1, 2), entry, uint(0, 2)]);
  const signature = sign('sha256', signed, log.privateKey);
  const head = Buffer.concat([uint(0, 1), sha256(spki(log.publicKey)), time, uint(0, 2)]);
  const timestamp = Buffer.concat([head, uint(4, 1), uint(3, 1), uint(signature.length, 2), signature]);
  const list = Buffer.concat([uint(timestamp.length + 2, 2), uint(timestamp.length, 2), timestamp]);
  return der(0x04, list);
}

const utf8String = (text: string) => der(0x0c, Buffer.from(text));

const der = (type: number, content: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from([type]),
    content.length < 0x80 ? uint(content.length, 1) : Buffer.concat([uint(0x81, 1), uint(content.length, 1)]),
    content,
  ]);

/** The first value in the outer sequence of a certificate. */
function toBeSigned(certificate: Buffer): Buffer {
  const [outer] = header(certificate, 0);
  const [inner, length] = header(certificate, outer);
  return certificate.subarray(outer, inner + length);
}

/** Where the content of the value at `at` begins, and its length. */
function header(bytes: Buffer, at: number): [number, number] {
  const first = bytes[at + 1] ?? 0;
  if (first < 0x80) return [at + 2, first];
  const more = first - 0x80;
  return [at + 2 + more, bytes.readUIntBE(at + 2, more)];
}
