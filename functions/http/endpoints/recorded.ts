/** What the rules saw of every candidate of a gate, so that they can be asked again under another policy. The nonces of checks stay in the ledger. */
import { z } from 'zod';
import { decidingPolicy } from '../../../shared/domain/deciding-policy.ts';
import { recordedCandidate, recordedGate, recordedPage } from '../../../shared/domain/recorded.ts';
import { formatReference } from '../../../shared/domain/reference.ts';
import { evidenceByCheck, readCandidates, readGateRow } from '../../../shared/ledger/gate-book.ts';
import { newGate } from '../../../shared/ledger/gate-rows.ts';
import type { Endpoint } from '../endpoint.ts';
import { gateAsked } from '../find.ts';
import { cursorOf, nextAddress, readCursor } from '../paging.ts';
import { page } from '../schemas/common.ts';

const pageQuery = z.strictObject(page);
const cursor = z.strictObject({ sequence: z.int() });

export const listRecorded: Endpoint = {
  name: 'listRecorded',
  method: 'GET',
  route: 'gates/{gate}/recorded',
  does: 'Lists every candidate as the rules saw it, newest first: for what another policy would have decided.',
  query: pageQuery,
  answer: { kind: 'json', status: 200, schema: recordedPage },
  async handle(asked) {
    const gate = await gateAsked(asked);
    const { limit, after } = asked.query(pageQuery);
    const from = readCursor(after, cursor);
    const { ledger } = asked.world;
    const row = (await readGateRow(ledger, gate.name))?.value ?? newGate;
    const older = (await readCandidates(ledger, gate.name)).filter(
      (one) => !from || one.row.value.sequence < from.sequence,
    );
    const shown = older.slice(0, limit);
    const last = shown.at(-1)?.row.value;
    return {
      jsonBody: {
        gate: recordedGate.parse({
          from: formatReference(gate.from),
          to: formatReference(gate.to),
          policy: decidingPolicy(gate),
          latestSighting: row.upstream?.sequence ?? 0,
          current: row.current,
          recalled: row.recalled,
        }),
        candidates: shown.map((one) => recordedCandidate.parse({ ...one.row.value, evidence: evidenceByCheck(one) })),
        ...(last && older.length > shown.length
          ? { next: nextAddress(`/api/gates/${gate.name}/recorded`, { limit }, cursorOf({ sequence: last.sequence })) }
          : {}),
      },
    };
  },
};
