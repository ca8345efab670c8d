/** Runs a piece of an orchestrator in a world without clocks, chance and I/O: whatever it must not touch throws while it runs. */

export function withoutChance<T>(work: () => T): T {
  const saved = FORBIDDEN.map(({ owner, key }) => ({ owner, key, was: Object.getOwnPropertyDescriptor(owner, key) }));
  for (const { owner, key, put } of FORBIDDEN) {
    Object.defineProperty(owner, key, { value: put, configurable: true, writable: true });
  }
  try {
    return work();
  } finally {
    for (const { owner, key, was } of saved) {
      if (was) Object.defineProperty(owner, key, was);
      else Reflect.deleteProperty(owner, key); // It is of the prototype, and was hidden.
    }
  }
}

const refuse = (what: string) => (): never => {
  throw new Error(`an orchestrator must not use ${what}: it answers something else on every replay`);
};

/** `new Date(value)` is a calculation and stays; `new Date()`, `Date()` and `Date.now()` ask the clock. */
const CalculatingDate = new Proxy(Date, {
  construct: (target, args, newTarget) =>
    args.length === 0 ? refuse('new Date()')() : (Reflect.construct(target, args, newTarget) as Date),
  apply: refuse('Date()'),
  get: (target, key, receiver) =>
    key === 'now' ? refuse('Date.now()') : (Reflect.get(target, key, receiver) as unknown),
});

const FORBIDDEN: { owner: object; key: string; put: unknown }[] = [
  { owner: globalThis, key: 'Date', put: CalculatingDate },
  { owner: Math, key: 'random', put: refuse('Math.random()') },
  { owner: performance, key: 'now', put: refuse('performance.now()') },
  ...['randomUUID', 'getRandomValues'].map((key) => ({
    owner: globalThis.crypto,
    key,
    put: refuse(`crypto.${key}()`),
  })),
  ...['setTimeout', 'setInterval', 'setImmediate', 'fetch'].map((key) => ({
    owner: globalThis,
    key,
    put: refuse(`${key}()`),
  })),
];
