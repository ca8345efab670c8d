/** What gates there are, and where each stands. */
import { readCandidates, readGate } from '../../../shared/ledger/gate-book.ts';
import type { Endpoint } from '../endpoint.ts';
import { askingNow, gateAsked, policyInForce } from '../find.ts';
import { candidateView, gateView } from '../gate-view.ts';
import { gateList, gateWithCandidates } from '../schemas/gate.ts';

export const listGates: Endpoint = {
  name: 'listGates',
  method: 'GET',
  route: 'gates',
  does: 'Lists the gates of the policy: what is current, what is next and why it waits.',
  answer: { kind: 'json', status: 200, schema: gateList },
  async handle(asked) {
    const gates = Object.values((await policyInForce(asked)).gates);
    const asking = await askingNow(asked);
    const views = await Promise.all(
      gates.map(async (gate) => gateView(gate, await readGate(asked.world.ledger, gate.name), asking)),
    );
    return { jsonBody: { gates: views } };
  },
};

/** A gate with its last candidates, newest first. */
const MOST_CANDIDATES = 20;

export const getGate: Endpoint = {
  name: 'getGate',
  method: 'GET',
  route: 'gates/{gate}',
  does: 'Says where a gate stands, with its last candidates.',
  answer: { kind: 'json', status: 200, schema: gateWithCandidates },
  async handle(asked) {
    const gate = await gateAsked(asked);
    const book = await readGate(asked.world.ledger, gate.name);
    const asking = await askingNow(asked);
    const candidates = (await readCandidates(asked.world.ledger, gate.name)).slice(0, MOST_CANDIDATES);
    return {
      jsonBody: {
        ...gateView(gate, book, asking),
        candidates: candidates.map((one) => candidateView(gate, book, one, asking)),
      },
    };
  },
};
