/**
 * Removes from quarantine the tools that the policy named once, such as the scanner of last month and each day's database: what no check of
 * today names and no check that runs was given.
 *
 * Key: the digest; one that is named again is brought again. Looked into are the repositories that the policy names: of a tool that no check
 * uses any more, what it named last stays (docs/checks/vulnerabilities.md).
 */
import { pinnedTools } from '../../../shared/domain/checks/pinned-tools.ts';
import { childrenOf } from '../../../shared/domain/manifest.ts';
import type { Gate } from '../../../shared/domain/policy.ts';
import type { Digest, DigestReference, RepositoryReference } from '../../../shared/domain/reference.ts';
import { readGate } from '../../../shared/ledger/gate-book.ts';
import type { Activity, Surroundings } from '../activity.ts';
import { toolPlace } from '../gate/checks/tool-images.ts';
import { eachGate } from './each-gate.ts';
import type { LookedAfter } from './look-after-tags.ts';
import { removeUnneeded, unneededOf } from './remove-unneeded.ts';

export interface CleanTools {
  /** Epoch milliseconds. */
  at: number;
}

export const cleanTools =
  (world: Surroundings): Activity<CleanTools, LookedAfter> =>
  async ({ at }) => {
    const gates = (await world.policies.current()).policy?.gates ?? {};
    const tools = toolsOf(gates);
    const named = new Set(tools.map(({ digest }) => digest));
    const places = new Map(tools.map((tool) => [tool.repository, toolPlace(world, tool)]));

    const problems: string[] = [];
    for (const place of places.values()) {
      try {
        problems.push(...(await cleanPlace(world, place, { named, gates: Object.keys(gates), at })));
      } catch (error) {
        problems.push(`tools in ${place.repository}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    return { problems };
  };

async function cleanPlace(
  world: Surroundings,
  place: RepositoryReference,
  { named, gates, at }: { named: Set<Digest>; gates: string[]; at: number },
): Promise<string[]> {
  const { registries, policies, ledger } = world;
  const listed = await registries.manifests(place);
  if (unneededOf({ listed, needed: named, at }).length === 0) return [];

  const inUse = new Set(named);
  // Of a gate that cannot be read nobody knows what its checks were given, so nothing goes.
  const problems = await eachGate(policies, gates, async (gate: Gate) => {
    const { open, again } = await readGate(ledger, gate.name);
    const evidence = [...open.values(), ...again.values()].flatMap((book) => [...book.evidence.values()]);
    for (const { value } of evidence)
      if (value.evidence.state === 'running') for (const tool of value.tools ?? []) inUse.add(tool);
    return [];
  });
  if (problems.length > 0) return problems;

  const needed = new Set(inUse);
  for (const { digest } of listed.filter((one) => inUse.has(one.digest))) {
    const manifest = await registries.manifest({ ...place, digest });
    for (const child of manifest ? childrenOf(manifest.bytes) : []) needed.add(child);
  }
  return removeUnneeded(registries, place, { listed, needed, at }, async () => {
    // One that is named since then may be what a check was given just now, or a part of it.
    const today = toolsOf((await policies.current()).policy?.gates ?? {});
    return today.every(({ digest }) => named.has(digest));
  });
}

const toolsOf = (gates: Record<string, Gate>): DigestReference[] =>
  Object.values(gates).flatMap(({ checks }) => checks.flatMap(pinnedTools));
