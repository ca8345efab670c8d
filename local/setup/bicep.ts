/**
 * Brings the Bicep CLI, at the one version that the snapshots of `infra/` were made with; another one may word them differently.
 *
 * One on the PATH is taken if it is that version. Otherwise it is fetched from NuGet, where it stands as a program of its own, into this
 * user's cache, where every checkout finds it.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream, existsSync } from 'node:fs';
import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { openPromise } from 'yauzl';
import { withLock } from './lock.mjs';

export const BICEP_VERSION = '0.49.2';

/** The CLI does without ICU, which small machines lack. */
export const bicepEnvironment = { DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: '1' };

/** https://learn.microsoft.com/nuget/api/package-base-address-resource */
const NUGET_PACKAGES = 'https://api.nuget.org/v3-flatcontainer';
/** SHA-512 of the packages that were seen; those of other systems stand on TLS alone. */
const KNOWN: Record<string, string> = {
  'azure.bicep.commandline.linux-x64':
    '9019d7d221bdc1dfcf59d093c057d4be6e897a69fee4beec63b6fb1d08b993e2cbc1d166adbc38cb94532c5c5ec0214c741a944e188e20b31aeec8339253c401',
};
const FETCH_WITHIN_MS = 10 * 60_000;

export class BicepMissing extends Error {
  readonly code = 'BicepMissing';

  constructor(why: string) {
    super(
      `The Bicep CLI ${BICEP_VERSION} is needed for the templates in infra/. ${why} ` +
        `Put bicep ${BICEP_VERSION} on the PATH (https://github.com/Azure/bicep/releases/tag/v${BICEP_VERSION}), then run this again.`,
    );
  }
}

/** Its path. Throws `BicepMissing`; then `ensureBicep` was not run. */
export function findBicep(): string {
  const found = onPath() ?? fetched();
  if (found === undefined) throw new BicepMissing('It is not there.');
  return found;
}

/** `packages`: where NuGet's packages are. */
export async function ensureBicep({ packages = NUGET_PACKAGES } = {}): Promise<void> {
  if (onPath() ?? fetched()) return;
  await mkdir(cache(), { recursive: true });
  await withLock(join(cache(), 'fetch.lock'), async () => {
    // Another process may have brought it while this one waited.
    if (fetched() === undefined) await bring(packages);
  });
}

function onPath(): string | undefined {
  const { status, stdout } = spawnSync('bicep', ['--version'], {
    encoding: 'utf8',
    env: { ...process.env, ...bicepEnvironment },
  });
  return status === 0 && stdout.includes(`version ${BICEP_VERSION} `) ? 'bicep' : undefined;
}

function fetched(): string | undefined {
  const path = join(cache(), program());
  return existsSync(path) ? path : undefined;
}

const program = (): string => (process.platform === 'win32' ? 'bicep.exe' : 'bicep');

function cache(): string {
  const user = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return join(user, 'gated-import', `bicep-${BICEP_VERSION}`);
}

async function bring(packages: string): Promise<void> {
  const systems: Partial<Record<NodeJS.Platform, string>> = { darwin: 'osx', win32: 'win' };
  const name = `azure.bicep.commandline.${systems[process.platform] ?? process.platform}-${process.arch}`;
  const address = `${packages}/${name}/${BICEP_VERSION}/${name}.${BICEP_VERSION}.nupkg`;
  const packed = join(cache(), 'package.zip');
  console.error(`Getting the Bicep CLI ${BICEP_VERSION} from NuGet (115 MB), for the templates in infra/`);
  try {
    const digest = await download(address, packed);
    const known = KNOWN[name];
    if (known !== undefined && digest !== known)
      throw new Error(`it has another SHA-512 than was published: ${digest}`);
    await unpack(packed);
  } catch (error) {
    throw new BicepMissing(`${address} did not give it: ${reasonOf(error)}.`);
  } finally {
    await rm(packed, { force: true });
  }
}

/** Answers its SHA-512. */
async function download(address: string, file: string): Promise<string> {
  const answer = await fetch(address, { signal: AbortSignal.timeout(FETCH_WITHIN_MS) });
  if (!answer.ok || answer.body === null) throw new Error(`it answered ${answer.status}`);
  const hash = createHash('sha512');
  const hashing = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(Readable.fromWeb(answer.body), hashing, createWriteStream(file));
  return hash.digest('hex');
}

/** The program appears under its name only when it is whole. */
async function unpack(packed: string): Promise<void> {
  const part = join(cache(), `${program()}.part`);
  const zip = await openPromise(packed);
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName !== `tools/${program()}`) continue;
    await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(part));
    await chmod(part, 0o755);
    await rename(part, join(cache(), program()));
    return;
  }
  throw new Error(`it holds no tools/${program()}`);
}

/** `fetch` hides the reason behind "fetch failed". */
const reasonOf = (error: unknown): string =>
  error instanceof Error
    ? [error.message, error.cause instanceof Error ? error.cause.message : ''].filter(Boolean).join(': ')
    : String(error);
