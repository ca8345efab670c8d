/** What of the policy decides about a gate: part of what a look answers, and kept with a rest, so that another policy is a reason to look again. */
import { z } from 'zod';
import { approvalRule } from './approvals.ts';
import { grade } from './fast-lane.ts';
import { freezeWindow } from './freeze.ts';

export const gatePolicy = z.object({
  checks: z.array(
    z.object({
      name: z.string(),
      hash: z.string(),
      /** Only one such check of a gate runs at a time. */
      alone: z.literal(true).optional(),
      /** Asked once about the whole subject, and not for each platform. */
      whole: z.literal(true).optional(),
    }),
  ),
  soakMs: z.number(),
  /** No rule asks for them, but another one makes another subject of a candidate: a gate at rest has to look again. */
  platforms: z.array(z.string()).optional(),
  unchecked: z.array(z.string()).optional(),
  /** Missing: it promotes. */
  mode: z.literal('observe').optional(),
  /** Missing: what was replaced upstream, or is gone there, is given up. */
  whenReplaced: z.literal('keep').optional(),
  /** Missing: nobody is asked. */
  approval: approvalRule.optional(),
  freeze: z.array(freezeWindow).optional(),
  fastLane: z.object({ removes: grade, approvals: z.number() }).optional(),
});
export type GatePolicy = z.infer<typeof gatePolicy>;
