/** Records what the app asks of its Azure ports, and asks the same again, one after the other. */
import { isDeepStrictEqual } from 'node:util';

export interface Call {
  port: string;
  method: string;
  parameters: unknown[];
  /** What the app was answered. */
  answer: unknown;
}

type Method = (...parameters: unknown[]) => Promise<unknown>;

/** The same ports; every call is added to `calls` in the order in which they begin. */
export function recorded<Ports extends object>(ports: Ports, calls: Call[]): Ports {
  const recordPort = (port: string, methods: object) =>
    Object.fromEntries(
      Object.entries(methods).map(([method, invoke]: [string, Method]) => [
        method,
        async (...parameters: unknown[]) => {
          const call: Call = { port, method, parameters, answer: undefined };
          calls.push(call);
          return (call.answer = await invoke(...parameters));
        },
      ]),
    );
  return Object.fromEntries(
    Object.entries(ports).map(([port, methods]) => [port, recordPort(port, methods as object)]),
  ) as Ports;
}

/** Answers the milliseconds it took. Throws when an answer is not the one that the app got: then it was not the same work. */
export async function inAStraightLine(ports: object, calls: Call[]): Promise<number> {
  const methods = ports as Record<string, Record<string, Method>>;
  const answers: unknown[] = [];
  const startedAt = performance.now();
  for (const { port, method, parameters } of calls) answers.push(await methods[port]?.[method]?.(...parameters));
  const elapsedMs = performance.now() - startedAt;
  calls.forEach(({ port, method, answer }, index) => {
    if (!isDeepStrictEqual(answers[index], answer)) {
      throw new Error(`call ${index}, ${port}.${method}, was answered otherwise in the straight line`);
    }
  });
  return elapsedMs;
}
