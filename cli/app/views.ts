/** What the command line reads of the API's answers. An answer may say more. */
import { z } from 'zod';
import { canBeDone } from '../../shared/domain/ways-on.ts';
import { digest } from '../../shared/domain/reference.ts';

const next = z.object({ action: z.string(), why: z.string(), until: z.string().optional() });
const advice = z.array(z.object(canBeDone.shape));

const evidence = z.object({
  state: z.enum(['running', 'done']),
  verdict: z.string().optional(),
  reasons: z.array(z.string()).optional(),
  startedAt: z.string(),
  finishedAt: z.string().optional(),
  /** Addresses. */
  log: z.string().optional(),
  report: z.string().optional(),
});

const person = z.object({ by: z.string(), name: z.string().optional(), why: z.string(), at: z.string() });

export const candidateView = z.object({
  digest,
  sequence: z.number(),
  seenSince: z.string(),
  state: z.enum(['open', 'settled']),
  settledAt: z.string().optional(),
  outcome: z.object({ kind: z.string() }).optional(),
  why: z.string().optional(),
  next: next.optional(),
  canBeDone: advice,
  approval: z
    .object({
      needed: z.number().optional(),
      role: z.string().optional(),
      given: z.array(person),
      void: z.array(z.object({ ...person.shape, because: z.string() })),
    })
    .optional(),
  evidence: z.record(z.string(), evidence),
});
export type CandidateView = z.infer<typeof candidateView>;

export const gateView = z.object({
  name: z.string(),
  from: z.string(),
  to: z.string(),
  current: z.object({ digest, unique: z.string(), at: z.string() }).optional(),
  next,
  canBeDone: advice,
  candidates: z.array(candidateView),
});
export type GateView = z.infer<typeof gateView>;

export const gateNames = z.object({ gates: z.array(z.object({ name: z.string() })) });

export const gatePath = (gate: string): string => `/api/gates/${encodeURIComponent(gate)}`;
export const appPath = (app: string): string => `/api/apps/${encodeURIComponent(app)}`;
export const candidatePath = (gate: string, of: string): string => `${gatePath(gate)}/candidates/${of}`;
