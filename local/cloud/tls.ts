/**
 * The certificate that every https listener of the emulated Azure shows, and the local CA that signed it.
 *
 * Both are made once and used until they expire. The key of the CA is thrown away after its one signature: a person who lets their
 * machine trust this CA trusts one certificate for `localhost`, and nothing that is made later.
 */
import { randomBytes, X509Certificate } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { generate } from 'selfsigned';
import type { Tls } from './world.ts';

const DAY_MS = 86_400_000;
const VALID_DAYS = 365;
/** A certificate that would expire during a day's work is replaced at the start of it. */
const RENEW_BEFORE_EXPIRY_MS = DAY_MS;

const CA_FILE = 'ca.pem';
const CERTIFICATE_FILE = 'server.pem';
const KEY_FILE = 'server-key.pem';

/** `folder` is this function's own: it appears whole or not at all, so processes that start together end up with the same certificate. */
export async function openTls({ folder }: { folder: string }): Promise<Tls> {
  const there = await readTls(folder);
  if (there) return there;

  await mkdir(dirname(folder), { recursive: true });
  const made = await mkdtemp(`${folder}-`);
  await writeCertificates(made);
  await replace(folder, made);
  const tls = await readTls(folder);
  if (!tls) throw new Error(`no certificate in ${folder} after making one; remove the folder and start again`);
  return tls;
}

/** `undefined` when there is no certificate yet, or an expired one. */
async function readTls(folder: string): Promise<Tls | undefined> {
  const read = (name: string) => readFile(join(folder, name), 'utf8');
  try {
    const [key, cert] = await Promise.all([read(KEY_FILE), read(CERTIFICATE_FILE)]);
    const expiresAt = new X509Certificate(cert).validToDate.getTime();
    if (expiresAt - Date.now() < RENEW_BEFORE_EXPIRY_MS) return undefined;
    return { key, cert, caFile: join(folder, CA_FILE) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Puts `made` in the place of `folder`, unless another process put a valid one there meanwhile. */
async function replace(folder: string, made: string): Promise<void> {
  try {
    await rename(made, folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
    if (await readTls(folder)) return void (await rm(made, { recursive: true }));
    await rm(folder, { recursive: true, force: true });
    await rename(made, folder);
  }
}

async function writeCertificates(folder: string): Promise<void> {
  const dates = {
    notBeforeDate: new Date(Date.now() - DAY_MS),
    notAfterDate: new Date(Date.now() + VALID_DAYS * DAY_MS),
  };
  // A name of its own for each CA: two CAs of one name in a trust store are mistaken for each other.
  const authority = await generate(
    [{ name: 'commonName', value: `gated-import local CA ${randomBytes(4).toString('hex')}` }],
    {
      ...dates,
      algorithm: 'sha256',
      extensions: [
        { name: 'basicConstraints', cA: true, critical: true },
        { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
      ],
    },
  );
  const server = await generate([{ name: 'commonName', value: 'localhost' }], {
    ...dates,
    algorithm: 'sha256',
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  await writeFile(join(folder, CA_FILE), `${authority.cert.trim()}\n`);
  await writeFile(join(folder, CERTIFICATE_FILE), `${server.cert.trim()}\n${authority.cert.trim()}\n`);
  await writeFile(join(folder, KEY_FILE), server.private, { mode: 0o600 });
}
