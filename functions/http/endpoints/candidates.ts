/** Candidates: a page of them, or one with its evidence, the reason of its outcome, what stands on it, and the log of each check; and stopping one. */
import { z } from 'zod';
import { candidateKey } from '../../../shared/domain/ids.ts';
import { readCandidates, readGate } from '../../../shared/ledger/gate-book.ts';
import { readLineage } from '../../../shared/ledger/lineage-book.ts';
import { put } from '../../../shared/ledger/rows.ts';
import { askGate } from '../ask-gate.ts';
import { whoIs } from '../caller.ts';
import { questionAsked } from '../check-address.ts';
import type { Endpoint } from '../endpoint.ts';
import { askingNow, candidateAsked, digestAsked, gateAsked } from '../find.ts';
import { candidateView } from '../gate-view.ts';
import { partOfLog } from '../part-of-log.ts';
import { cursorOf, nextAddress, readCursor } from '../paging.ts';
import { conflict, notFound } from '../problem.ts';
import { accepted, isoTime, page, reasoned } from '../schemas/common.ts';
import { candidatePage, candidateWithLineage } from '../schemas/gate.ts';
import { checkLogQuery, LOG_HEADERS } from '../schemas/log.ts';

const pageQuery = z.strictObject(page);
/** Sequence numbers are the order of the list. */
const cursor = z.strictObject({ sequence: z.int() });

export const listCandidates: Endpoint = {
  name: 'listCandidates',
  method: 'GET',
  route: 'gates/{gate}/candidates',
  does: 'Lists every candidate a gate has seen, newest first.',
  query: pageQuery,
  answer: { kind: 'json', status: 200, schema: candidatePage },
  async handle(asked) {
    const gate = await gateAsked(asked);
    const { limit, after } = asked.query(pageQuery);
    const from = readCursor(after, cursor);
    const older = (await readCandidates(asked.world.ledger, gate.name)).filter(
      ({ row }) => !from || row.value.sequence < from.sequence,
    );
    const shown = older.slice(0, limit);
    const last = shown.at(-1)?.row.value;
    const book = await readGate(asked.world.ledger, gate.name);
    const asking = await askingNow(asked);
    return {
      jsonBody: {
        candidates: shown.map((one) => candidateView(gate, book, one, asking)),
        ...(last && older.length > shown.length
          ? {
              next: nextAddress(`/api/gates/${gate.name}/candidates`, { limit }, cursorOf({ sequence: last.sequence })),
            }
          : {}),
      },
    };
  },
};

export const getCandidate: Endpoint = {
  name: 'getCandidate',
  method: 'GET',
  route: 'gates/{gate}/candidates/{digest}',
  does: 'Says where a candidate stands, with its evidence, why it was settled, and which versions of images stand on it.',
  answer: { kind: 'json', status: 200, schema: candidateWithLineage },
  async handle(asked) {
    const gate = await gateAsked(asked);
    const candidate = await candidateAsked(asked, gate);
    const { subject } = candidate.row.value;
    const book = await readGate(asked.world.ledger, gate.name);
    const lineage = subject ? await readLineage(asked.world.ledger, subject) : [];
    return {
      jsonBody: {
        ...candidateView(gate, book, candidate, await askingNow(asked)),
        lineage: lineage.map((line) => ({ ...line, at: isoTime(line.at) })),
      },
    };
  },
};

export const getCheckLog: Endpoint = {
  name: 'getCheckLog',
  method: 'GET',
  route: 'gates/{gate}/candidates/{digest}/checks/{check}/log',
  does: 'Reads the log of the last run of a check, also while it runs.',
  query: checkLogQuery,
  answer: { kind: 'text', status: 200, headers: LOG_HEADERS },
  async handle(asked) {
    const gate = await gateAsked(asked);
    const { offset, platform } = asked.query(checkLogQuery);
    const candidate = await candidateAsked(asked, gate);
    const check = questionAsked(asked.param('check'), platform);
    const runId = candidate.evidence.get(check)?.value.evidence.runId;
    if (!runId)
      throw notFound(
        `check "${check}" of this candidate has had no run; its checks are: ${[...candidate.evidence.keys()].join(', ') || 'none yet'}`,
      );
    const log = await asked.world.runs.log({ host: asked.world.quarantine, runId });
    const { text, nextOffset } = partOfLog(log, offset);
    return {
      headers: {
        'content-type': 'text/plain; charset=utf-8',
        'x-log-complete': String(log.complete),
        'x-next-offset': String(nextOffset),
      },
      body: text,
    };
  },
};

export const abortCandidate: Endpoint = {
  name: 'abortCandidate',
  method: 'POST',
  route: 'gates/{gate}/candidates/{digest}/aborts',
  does: 'Stops a candidate: it is rejected, and its runs are cancelled.',
  request: reasoned,
  answer: { kind: 'json', status: 202, schema: accepted },
  problems: { 409: 'It is settled already.' },
  async handle(asked) {
    const gate = await gateAsked(asked);
    const { reason } = await asked.body(reasoned);
    const digest = digestAsked(asked);
    await candidateAsked(asked, gate);
    return askGate(asked, gate.name, (_, book) => {
      const candidate = book.open.get(digest);
      if (!candidate) throw conflict(`${digest} is settled already; see /api/gates/${gate.name}/candidates/${digest}`);
      const row = { ...candidate.row.value, aborted: { ...whoIs(asked.caller), why: reason } };
      return { changes: [put(candidateKey(digest), candidate.row, row)], what: 'abort', why: reason, data: { digest } };
    });
  },
};
