/** Starts an instance, or starts one again, and waits for its end when the caller asks for that. */
import type { Clock } from '../../clock.ts';
import type { Durable } from '../durable/durable.ts';
import { StartRefused } from '../durable/starter.ts';
import { isTerminal } from '../durable/status.ts';
import { problem, startedAnswer, statusAnswer } from './durable-answers.ts';
import { flagsOf, patienceOf } from './durable-query.ts';
import { MAXIMUM_BODY_BYTES } from './limits.ts';
import type { ApiAddress } from './management-links.ts';
import { json, parseJson, type HostRequest, type HostResponse } from './message.ts';

export interface DurableApiOptions {
  durable: Durable;
  address: ApiAddress;
  clock: Clock;
}

export function durableStart({ durable, address, clock }: DurableApiOptions) {
  return {
    async start(request: HostRequest, name: string, id: string | undefined): Promise<HostResponse> {
      const input = parseJson(await request.body(MAXIMUM_BODY_BYTES));
      return answered(request, () => durable.start(name, id, input));
    },

    restart: (request: HostRequest, id: string): Promise<HostResponse> => {
      const under = flagsOf(request)('restartWithNewInstanceId', true) ? 'a new id' : 'the same id';
      return answered(request, () => durable.restart(id, { under }));
    },
  };

  async function answered(request: HostRequest, start: () => string): Promise<HostResponse> {
    const patience = patienceOf(request);
    let id: string;
    try {
      id = start();
    } catch (error) {
      if (!(error instanceof StartRefused)) throw error;
      return problem(error.code === 'AlreadyExists' ? 409 : 400, error.message);
    }
    if (!patience || !(await ends(id, patience))) return startedAnswer(id, request, address);
    const ended = durable.status(id);
    return ended?.runtimeStatus === 'Completed' ? json(200, ended.output) : statusAnswer(durable, id, request);
  }

  /** Answers whether the instance ended in time. */
  async function ends(id: string, { timeoutMs, everyMs }: { timeoutMs: number; everyMs: number }): Promise<boolean> {
    const untilMs = clock.now() + timeoutMs;
    while (true) {
      const status = durable.status(id)?.runtimeStatus;
      if (status && isTerminal(status)) return true;
      const remainingMs = untilMs - clock.now();
      if (remainingMs <= 0) return false;
      await new Promise<void>((resolve) => clock.after(Math.min(Math.max(everyMs, 1), remainingMs), resolve));
    }
  }
}
