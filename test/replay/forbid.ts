/**
 * Runs a piece of an orchestrator in a world without clocks, chance and I/O: whatever it must not touch throws while it runs.
 *
 * The guards are put in place once and ask whether a piece runs: to put them there for each piece costs more than the piece.
 */

let isInside = false;

export function withoutChance<T>(work: () => T): T {
  if (isInside) return work();
  isInside = true;
  try {
    return work();
  } finally {
    isInside = false;
  }
}

function refuse(what: string): void {
  if (isInside) throw new Error(`an orchestrator must not use ${what}: it answers something else on every replay`);
}

const guarded = <F extends (...given: never[]) => unknown>(real: F, what: string): F =>
  new Proxy(real, {
    apply(target, self, given) {
      refuse(what);
      return Reflect.apply(target, self, given) as unknown;
    },
  });

/** `new Date(value)` is a calculation and stays; `new Date()`, `Date()` and `Date.now()` ask the clock. */
globalThis.Date = new Proxy(Date, {
  construct(target, given, newTarget) {
    if (given.length === 0) refuse('new Date()');
    return Reflect.construct(target, given, newTarget) as Date;
  },
  apply(target, self, given) {
    refuse('Date()');
    return Reflect.apply(target, self, given) as string;
  },
});
Date.now = guarded(Date.now, 'Date.now()');
Math.random = guarded(Math.random, 'Math.random()');
performance.now = guarded(performance.now, 'performance.now()');
const { crypto } = globalThis;
crypto.randomUUID = guarded(crypto.randomUUID, 'crypto.randomUUID()');
crypto.getRandomValues = guarded(crypto.getRandomValues, 'crypto.getRandomValues()');
globalThis.setTimeout = guarded(setTimeout, 'setTimeout()');
globalThis.setInterval = guarded(setInterval, 'setInterval()');
globalThis.setImmediate = guarded(setImmediate, 'setImmediate()');
globalThis.fetch = guarded(fetch, 'fetch()');
