/**
 * Brings the image of a tool into the quarantine registry, whose login is the only one that a run has.
 *
 * Key: the digest. What a gate has promoted goes where that gate's candidates are, and is cleaned up with them; what the policy names by digest
 * goes to a place of its own, and stays there as long as the policy says so.
 */
import type { ToolImage } from '../../../../shared/domain/check.ts';
import type { Gate } from '../../../../shared/domain/policy.ts';
import {
  formatReference,
  repository,
  type DigestReference,
  type Host,
  type RepositoryReference,
} from '../../../../shared/domain/reference.ts';
import { readGateRow } from '../../../../shared/ledger/gate-book.ts';
import type { Surroundings } from '../../activity.ts';
import { gateOf, readUpstreamCredentials } from '../../policy-of.ts';
import { quarantineOf } from '../intake-candidate.ts';

/** `missing`: there is no such image now, and a person or a promotion has to see to that. */
export type Tool = { kind: 'there'; image: DigestReference } | { kind: 'missing'; why: string };

/** An activity may take ten minutes (`host.json`), and a check has two tools at most beside what runs now. */
const DEADLINE_SECONDS = 150;

/** No gate can have this name, so no candidate is ever there. */
const TOOLS = 'check.tools';

export async function bringTool(world: Surroundings, tool: ToolImage): Promise<Tool> {
  if (tool.kind === 'image') {
    const ours = (await ourHosts(world)).has(tool.image.host);
    return { kind: 'there', image: await bring(world, { from: tool.image, ours, to: toolPlace(world, tool.image) }) };
  }
  const gate = await gateOf(world.policies, tool.gate);
  if (!gate) return { kind: 'missing', why: `gate "${tool.gate}", which this tool comes from, is not in the policy` };
  const current = (await readGateRow(world.ledger, gate.name))?.value.current;
  if (!current)
    return { kind: 'missing', why: `gate "${tool.gate}", which this tool comes from, has promoted nothing yet` };
  return { kind: 'there', image: await bringPromoted(world, gate, current.subject) };
}

/** Where what the policy names by digest lies in quarantine. */
export const toolPlace = (
  { quarantine }: Pick<Surroundings, 'quarantine'>,
  tool: RepositoryReference,
): RepositoryReference => ({ host: quarantine, repository: repository.parse(`${TOOLS}/${tool.repository}`) });

/** What a gate has promoted, from its target registry to where its candidates are. */
export async function bringPromoted(
  world: Surroundings,
  gate: Gate,
  digest: DigestReference['digest'],
): Promise<DigestReference> {
  const from = { host: gate.to.host, repository: gate.to.repository, digest };
  return bring(world, { from, ours: true, to: quarantineOf(world, gate) });
}

async function bring(
  world: Surroundings,
  { from, ours, to }: { from: DigestReference; ours: boolean; to: RepositoryReference },
): Promise<DigestReference> {
  const image = { ...to, digest: from.digest };
  if (await world.registries.manifest(image)) return image;
  const credentials = ours ? undefined : await readUpstreamCredentials(world, from.host);
  await world.registries.import({
    from: { ...from, ours, ...(credentials ? { credentials } : {}) },
    to,
    deadlineSeconds: DEADLINE_SECONDS,
  });
  if (!(await world.registries.manifest(image)))
    throw new Error(`${formatReference(image)} is not there after its import from ${formatReference(from)}`);
  return image;
}

/** Those that Azure imports from by the identity of the app, and not as anybody. */
async function ourHosts({ policies, quarantine }: Surroundings): Promise<Set<Host>> {
  const { policy } = await policies.current();
  const named = [...Object.values(policy?.gates ?? {}).map(({ to }) => to), ...Object.values(policy?.images ?? {})];
  return new Set([quarantine, ...named.map(({ host }) => host)]);
}
