/**
 * Throttling and faults on demand, in front of every service. Not Azure: for tests, and for whoever wants to see what the app does then.
 *
 * Plan and counts are in the store, so a cloud that is killed goes on with them.
 */
import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Fetch } from '../http.ts';
import type { World } from '../world.ts';
import { faultAnswer } from './answers.ts';
import { askedOf, type Asked } from './asked.ts';
import type { Fault, Plan, Rule } from './rules.ts';
import { isFor, strikes } from './strike.ts';

export interface Counts {
  /** Requests that the rule was for, while no earlier rule struck. */
  matched: number;
  struck: number;
}

export interface Faults {
  /** What answers in the place of `fetch`, on this listener. */
  before(fetch: Fetch, listener: string): Fetch;
  /** In the place of the last plan; counts begin again. */
  put(plan: Plan): void;
  /** The plan in force, each rule with its counts. */
  show(): Omit<Plan, 'rules'> & { rules: (Rule & Counts)[] };
}

const NONE: Plan = { seed: 1, rules: [] };

export function createFaults({ store, clock, log }: Pick<World, 'store' | 'clock' | 'log'>): Faults {
  const plans = store.collection<Plan>('faults.plan');
  const kept = store.collection<Counts>('faults.counts');
  let plan = plans.get('plan') ?? NONE;
  const countsOf = (rule: number): Counts => kept.get(String(rule)) ?? { matched: 0, struck: 0 };

  const faultFor = (asked: Asked): Fault | undefined => {
    for (const [index, rule] of plan.rules.entries()) {
      if (!isFor(rule, asked)) continue;
      const { matched, struck } = countsOf(index);
      const isStruck = strikes(rule, { seed: plan.seed, rule: index, before: matched });
      kept.put(String(index), { matched: matched + 1, struck: struck + (isStruck ? 1 : 0) });
      if (isStruck) return rule.fault;
    }
    return undefined;
  };

  return {
    before: (fetch, listener) => async (request, bindings) => {
      const path = new URL(request.url).pathname;
      // What is not Azure has no faults: among it the way to end them.
      if (plan.rules.length === 0 || path.startsWith('/local/')) return fetch(request, bindings);
      const asked = askedOf(listener, request.method, path);
      const fault = faultFor(asked);
      if (!fault) return fetch(request, bindings);
      log('faults', `${fault.kind} ${listener} ${asked.operation}`);
      switch (fault.kind) {
        case 'throttle':
          return faultAnswer(asked, { status: 429, retryAfterSeconds: fault.retryAfterSeconds });
        case 'error':
          if (fault.carriedOut) await done(fetch(request, bindings));
          return faultAnswer(asked, fault);
        case 'slow':
          await new Promise<void>((resolve) => clock.after(fault.delayMs, resolve));
          return fetch(request, bindings);
        case 'reset':
          return reset(bindings);
        case 'lose-answer':
          await done(fetch(request, bindings));
          return reset(bindings);
      }
    },
    put(wanted) {
      store.transaction(() => {
        plans.put('plan', wanted);
        for (const { key } of kept.entries()) kept.delete(key);
      });
      plan = wanted;
    },
    show: () => ({ ...plan, rules: plan.rules.map((rule, index) => ({ ...rule, ...countsOf(index) })) }),
  };
}

/** Waits for an answer that nobody gets. */
async function done(answering: Response | Promise<Response>): Promise<void> {
  const answer = await answering;
  await answer.body?.cancel();
}

function reset({ incoming }: HttpBindings): Response {
  incoming.socket.destroy();
  return RESPONSE_ALREADY_SENT;
}
