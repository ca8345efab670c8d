/** Asks a container how it is, by HTTP or by a command inside it. */
import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import type { Clock } from '../../clock.ts';
import type { Engine } from '../../containers/engine.ts';
import { timing, type Answer } from './health.ts';
import type { Probe } from './specification.ts';

export async function askExec(
  engine: Engine,
  containerId: string,
  command: string[],
  timeoutSeconds: number,
): Promise<Answer> {
  const ran = await engine.exec(['exec', containerId, ...command], { timeoutMs: timeoutSeconds * 1000 });
  if (ran.code === 0) return { kind: 'success' };
  return { kind: 'failure', message: ran.code === null ? 'command timed out' : `command exited with ${ran.code}` };
}

/** A status from 200 to 399 is a success; redirects are not followed, and a certificate is not looked at, as a kubelet does. */
export function askHttp(
  clock: Clock,
  address: string,
  probe: Probe & { httpGet: NonNullable<Probe['httpGet']> },
): Promise<Answer> {
  const { path = '/', port, scheme = 'http', httpHeaders = [] } = probe.httpGet;
  const { timeoutSeconds } = timing(probe);
  return new Promise((resolve) => {
    const options = {
      host: address,
      port,
      path: path.startsWith('/') ? path : `/${path}`,
      headers: Object.fromEntries(httpHeaders.map(({ name, value }) => [name, value])),
      agent: false,
    } as const;
    const asked =
      scheme.toLowerCase() === 'https' ? overHttps({ ...options, rejectUnauthorized: false }) : overHttp(options);
    const cancel = clock.after(timeoutSeconds * 1000, () => asked.destroy(new Error('timed out')));
    asked.on('response', (response) => {
      cancel();
      response.destroy();
      const status = response.statusCode ?? 0;
      resolve(
        status >= 200 && status < 400
          ? { kind: 'success' }
          : { kind: 'failure', message: `HTTP probe failed with statuscode: ${status}` },
      );
    });
    asked.on('error', (error) => {
      cancel();
      resolve({ kind: 'failure', message: `HTTP probe failed: ${error.message}` });
    });
    asked.end();
  });
}
