/** The records of a promoted digest, as whoever reads the registry finds them, and as somebody takes them away who may write to it. */
import { parseTagReference, type Digest, type DigestReference } from '../../shared/domain/reference.ts';
import type { Manifest } from '../../shared/ports/images.ts';
import { readRecords, type FoundRecord } from '../../shared/record/read-records.ts';
import { green, MINUTE, STABLE, type GateWorld } from './gate-world.ts';

export const { host, repository } = parseTagReference(STABLE);
export const at = (digest: Digest): DigestReference => ({ host, repository, digest });

export async function recordsOn(world: GateWorld, digest: Digest): Promise<FoundRecord[]> {
  const publicKeys = (await world.ports.signing.keys()).map(({ publicKey }) => publicKey);
  return (await readRecords(world.ports.registries, at(digest), { publicKeys })).records;
}

export async function promote(world: GateWorld, what = green): Promise<Digest> {
  const digest = world.push(what);
  await world.wake('runGate', 'node');
  await world.pass(MINUTE);
  return digest;
}

/** As somebody would who may write to the registry. */
export async function removeRecord(world: GateWorld, digest: Digest): Promise<Manifest> {
  const { registries } = world.ports;
  const [found] = await recordsOn(world, digest);
  const manifest = found && (await registries.manifest(at(found.digest)));
  if (!manifest) throw new Error('there is no record to remove');
  await registries.unprotectManifest(at(manifest.digest));
  await registries.deleteManifest(at(manifest.digest));
  return manifest;
}
