/** Manual promotion: the same gate and the same checks, for a digest or tag of the gate's upstream repository that a person names. */
import { z } from 'zod';
import { MissingSecret } from '../../../shared/domain/container-group.ts';
import { sameRepository } from '../../../shared/domain/graph.ts';
import { sayWho } from '../../../shared/domain/person.ts';
import type { Gate } from '../../../shared/domain/policy.ts';
import { recallOf, type Recall } from '../../../shared/domain/recall.ts';
import {
  BadReference,
  formatReference,
  parseReference,
  type Digest,
  type Reference,
} from '../../../shared/domain/reference.ts';
import { readCandidate } from '../../../shared/ledger/gate-book.ts';
import { openCandidate } from '../../../shared/ledger/open-candidate.ts';
import { UpstreamTrouble } from '../../../shared/oci/upstream-trouble.ts';
import { upstreamCredentials } from '../../activities/policy-of.ts';
import { askGate } from '../ask-gate.ts';
import { personOf } from '../caller.ts';
import type { Asked, Endpoint } from '../endpoint.ts';
import { gateAsked } from '../find.ts';
import { conflict, Problem, unprocessable } from '../problem.ts';
import { accepted, reasoned } from '../schemas/common.ts';

const wish = z.strictObject({
  reference: z
    .string()
    .max(512)
    .optional()
    .describe('A tag or digest of the upstream repository; without it, the tag that the gate follows.'),
  ...reasoned.shape,
});

export const requestPromotion: Endpoint = {
  name: 'requestPromotion',
  method: 'POST',
  route: 'gates/{gate}/promotions',
  does: 'Asks for the promotion of a digest or tag of the gate’s upstream repository: the same gate, the same checks.',
  request: wish,
  answer: { kind: 'json', status: 202, schema: accepted },
  problems: {
    409: 'It was recalled.',
    502: 'The upstream cannot be asked.',
    503: 'The login for the upstream is not in the key vault.',
  },
  async handle(asked) {
    const gate = await gateAsked(asked);
    const { reference, reason } = await asked.body(wish);
    const digest = await resolve(asked, gate, reference ?? formatReference(gate.from));
    return askGate(asked, gate.name, async (row) => {
      const known = await readCandidate(asked.world.ledger, gate.name, digest);
      const recall = recallOf(row.recalled, { digest, subject: known?.row.value.subject });
      if (recall) throw conflict(recalledAlready(gate, digest, recall));
      const sequence = row.sequence + 1;
      const manual = personOf(asked, reason);
      const seenSince = row.upstream?.digest === digest ? row.upstream.since : asked.at;
      const changes = openCandidate(known, { digest, sequence, seenSince, at: asked.at, manual });
      return { row: { sequence }, changes, what: 'manual promotion', why: reason, data: { digest, sequence } };
    });
  },
};

const recalledAlready = ({ name }: Gate, digest: Digest, recall: Recall): string =>
  `${digest} was recalled by ${sayWho(recall)}: ${recall.why}; if that was a mistake, somebody else lifts it first: DELETE /api/gates/${name}/candidates/${recall.digest}/recalls`;

/** Once, now: from here on only the digest counts. */
async function resolve({ world }: Asked, gate: Gate, text: string): Promise<Digest> {
  const { tag, digest, ...place } = parse(text);
  if (!sameRepository(place, gate.from)) {
    throw unprocessable(
      `"${text}" is not in ${formatReference({ host: gate.from.host, repository: gate.from.repository })}, which gate "${gate.name}" follows`,
    );
  }
  const found = await atUpstream(world, gate, digest ? { ...place, digest } : { ...place, tag: tag ?? gate.from.tag });
  if (!found) throw unprocessable(`"${text}" is not at the upstream`);
  return found;
}

async function atUpstream(world: Asked['world'], gate: Gate, image: Reference): Promise<Digest | undefined> {
  try {
    const credentials = await upstreamCredentials(world, gate);
    if ('digest' in image) return (await world.upstreams.manifest(image, credentials))?.digest;
    const answer = await world.upstreams.look(image, credentials);
    if (answer.kind === 'unreachable') throw notReachable(answer.message);
    return answer.kind === 'at' ? answer.digest : undefined;
  } catch (error) {
    if (error instanceof UpstreamTrouble) throw notReachable(error.message);
    if (error instanceof MissingSecret) throw new Problem(503, 'No login for the upstream', error.message);
    throw error;
  }
}

const notReachable = (message: string): Problem => new Problem(502, 'Upstream not reachable', message);

function parse(text: string) {
  try {
    return parseReference(text);
  } catch (error) {
    if (error instanceof BadReference) throw unprocessable(error.message);
    throw error;
  }
}
