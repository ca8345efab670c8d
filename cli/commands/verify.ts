/**
 * `gated-import verify`: was this digest promoted by a gate, on what evidence, and is that signed by the key I trust?
 *
 * Needs no Azure and no running app: a public key, and the record from a file or from the registry that it is attached in.
 */
import { createHash, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import {
  BadReference,
  formatReference,
  parseReference,
  type DigestReference,
  type RepositoryReference,
  type Tag,
  type Digest,
} from '../../shared/domain/reference.ts';
import { problemsOf, type PromotionRecord } from '../../shared/domain/record/statement.ts';
import { ociBlobs } from '../../shared/oci/read-blob.ts';
import { ociUpstreams } from '../../shared/oci/upstreams.ts';
import { open } from '../../shared/record/bundle.ts';
import { readRecords } from '../../shared/record/read-records.ts';
import { WrongUse, type Command, type ExitCode, type Terminal } from '../command.ts';
import { dockerCredentials } from '../docker-credentials.ts';
import { sayRecord } from '../say-record.ts';

const HELP = `gated-import verify <reference> --key <file> [--record <file>] [--gate <name>]

Verifies the signed record of a promotion, and says what it proves.

  <reference>       host/repository@sha256:…, or with a tag, which the registry is asked for
  --key <file>      the public key, as PEM: az keyvault key download --vault-name … --name … --encoding PEM --file <file>
  --record <file>   the record (a Sigstore bundle) in a file: then no registry is asked, and the reference has a digest
  --gate <name>     only records of this gate count

Without --record, the records attached to the digest are read from its registry, with the login that docker has for it.
Exit code 0: a record is valid, and all its verdicts are "pass". 1: there is none, it is not, or it could not be read.
2: not understood.`;

interface Asked {
  image: RepositoryReference & { tag?: Tag; digest?: Digest };
  publicKey: string;
  recordFile: string | undefined;
  gate: string | undefined;
}

export const verify: Command = {
  name: 'verify',
  summary: 'verify the signed record of a promotion with a public key',
  help: HELP,
  async run(args, terminal) {
    const asked = readArguments(args);
    const { subject, records, refused } =
      asked.recordFile === undefined ? await attached(asked, terminal) : fromFile(asked);
    const about = formatReference(subject);
    const judged = records.map((record) => ({
      record,
      problems: problemsOf(record, {
        subject: subject.digest,
        ...(asked.gate === undefined ? {} : { gate: asked.gate }),
      }),
    }));
    const [newest, ...others] = judged
      .filter(({ problems }) => problems.length === 0)
      .toSorted((a, b) => Date.parse(b.record.decidedAt) - Date.parse(a.record.decidedAt));
    if (!newest) return notVerified(terminal, about, [...refused, ...judged.flatMap(({ problems }) => problems)]);

    terminal.say(`verified: ${about}`);
    terminal.say(`  signed       with the key of ${fingerprint(asked.publicKey)}`);
    for (const line of sayRecord(newest.record)) terminal.say(line);
    if (others.length > 0) terminal.say(`  also         ${others.length} other valid record(s), of earlier decisions`);
    terminal.say('not asked: which digest the stable tag names today, and whether it was recalled since');
    return 0;
  },
};

function readArguments(args: string[]): Asked {
  const { values, positionals } = parse(args);
  const [reference, ...more] = positionals;
  if (reference === undefined) throw new WrongUse('the reference is missing, such as base.azurecr.io/node@sha256:…');
  if (more.length > 0) throw new WrongUse(`one reference at a time; "${more[0]}" is another`);
  if (values.key === undefined) throw new WrongUse('--key is missing: the file with the public key');
  const image = parseImage(reference);
  if (values.record !== undefined && !image.digest) {
    throw new WrongUse(
      'with --record no registry is asked, so the reference needs its digest: host/repository@sha256:…',
    );
  }
  return { image, publicKey: publicKeyIn(values.key), recordFile: values.record, gate: values.gate };
}

function parse(args: string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({ args, allowPositionals: true, options: { key: text, record: text, gate: text } });
  } catch (error) {
    const [sentence = ''] = (error instanceof Error ? error.message : String(error)).split(/[.\n]/, 1);
    throw new WrongUse(sentence, { cause: error });
  }
}

function parseImage(text: string): Asked['image'] {
  try {
    const image = parseReference(text);
    if (!image.tag && !image.digest) throw new WrongUse(`"${text}" has neither a tag nor a digest`);
    return image;
  } catch (error) {
    if (error instanceof BadReference) throw new WrongUse(error.message, { cause: error });
    throw error;
  }
}

function publicKeyIn(file: string): string {
  const pem = readFile(file, '--key');
  // `createPublicKey` would also take a private key and derive the public one: then nobody learns what they hold in their hands.
  if (/PRIVATE KEY/.test(pem)) throw new WrongUse(`--key: ${file} holds a private key; give the public one`);
  try {
    if (createPublicKey(pem).asymmetricKeyDetails?.namedCurve === 'prime256v1') return pem;
  } catch (error) {
    throw new WrongUse(`--key: ${file} holds no public key in PEM`, { cause: error });
  }
  throw new WrongUse(`--key: ${file} holds a public key of another kind than EC P-256`);
}

function readFile(file: string, option: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new WrongUse(`${option}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

interface Found {
  subject: DigestReference;
  records: PromotionRecord[];
  refused: string[];
}

function fromFile({ image, recordFile = '', publicKey }: Asked): Found {
  const { host, repository, digest } = image;
  if (!digest) throw new WrongUse('the reference needs its digest');
  const opened = open(jsonIn(recordFile), { publicKeys: [publicKey] });
  return {
    subject: { host, repository, digest },
    records: opened.kind === 'record' ? [opened.record] : [],
    refused: opened.kind === 'refused' ? [opened.problem] : [],
  };
}

function jsonIn(file: string): unknown {
  try {
    return JSON.parse(readFile(file, '--record'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined; // Refused as what it is not.
    throw error;
  }
}

async function attached({ image, publicKey }: Asked, { environment, now }: Terminal): Promise<Found> {
  const { host, repository } = image;
  const upstreams = ociUpstreams({ now });
  const credentials = dockerCredentials(host, { environment });
  const digest = image.digest ?? (await resolve());
  const place = {
    referrers: async (of: DigestReference, artifactType?: string) =>
      (await upstreams.referrers(of, credentials)).referrers.filter((one) => one.artifactType === artifactType),
    manifest: (of: DigestReference) => upstreams.manifest(of, credentials),
    blob: ociBlobs({ now, credentials }),
  };
  const subject = { host, repository, digest };
  const { records, refused } = await readRecords(place, subject, { publicKeys: [publicKey] });
  return { subject, records: records.map(({ record }) => record), refused };

  async function resolve(): Promise<Digest> {
    if (!image.tag) throw new WrongUse('the reference has neither a tag nor a digest');
    const sighted = await upstreams.look({ host, repository, tag: image.tag }, credentials);
    if (sighted.kind === 'at') return sighted.digest;
    throw new Error(sighted.kind === 'gone' ? `${formatReference(image)} is not there` : sighted.message);
  }
}

function notVerified({ complain }: Terminal, about: string, reasons: string[]): ExitCode {
  complain(`not verified: ${about}`);
  for (const reason of reasons.length > 0 ? reasons : ['no promotion record is attached to it'])
    complain(`  ${reason}`);
  return 1;
}

/** As `openssl pkey -pubin -outform DER | sha256sum` has it. */
const fingerprint = (pem: string): string =>
  `SHA-256 ${createHash('sha256')
    .update(createPublicKey(pem).export({ type: 'spki', format: 'der' }))
    .digest('hex')}`;
