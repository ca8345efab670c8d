/**
 * Gives a fake port a way to fail once, and a record of its calls.
 *
 * `when: 'after'` is the nasty one: the call took effect and the answer was lost.
 */
export interface Failures<Port> {
  /** The next call of `method` throws `error`; called twice, the next two do. */
  failNext(method: keyof Port & string, error: Error, options?: { when?: 'before' | 'after' }): void;
  /** Every call, in order, those that failed included. */
  calls: { method: string; arguments: unknown[] }[];
}

type Method = (...parameters: unknown[]) => Promise<unknown>;

export function failable<Port extends object>(port: Port): Port & Failures<Port> {
  const planned: { method: string; error: Error; when: 'before' | 'after' }[] = [];
  const calls: Failures<Port>['calls'] = [];

  const wrap =
    (method: string, call: Method): Method =>
    async (...parameters) => {
      calls.push({ method, arguments: parameters });
      const at = planned.findIndex((failure) => failure.method === method);
      const failure = at < 0 ? undefined : planned.splice(at, 1)[0];
      if (failure?.when === 'before') throw failure.error;
      const answer = await call(...parameters);
      if (failure) throw failure.error;
      return answer;
    };

  const wrapped = Object.fromEntries(
    Object.entries(port).map(([name, call]) => [name, wrap(name, call as Method)]),
  ) as unknown as Port;
  return Object.assign(wrapped, {
    calls,
    failNext(method: keyof Port & string, error: Error, { when = 'before' }: { when?: 'before' | 'after' } = {}) {
      planned.push({ method, error, when });
    },
  });
}
