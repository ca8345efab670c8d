/** What the running app says of itself: `GET /api/health`, which answers 503 when something is wrong, and says what. */
import { z } from 'zod';
import type { Facts } from '../../shared/domain/doctor/facts.ts';
import type { Where } from '../app/where.ts';
import { unseen, whyNot } from './reader.ts';

const WITHIN_MS = 30_000;
const health = z.object({ wrong: z.array(z.string()) });

export async function lookAtHealth({ url, token }: Where): Promise<NonNullable<Facts['health']>> {
  const about = { what: 'the health of the app', where: url };
  try {
    const bearer = await token?.();
    const answer = await fetch(`${url}/api/health`, {
      redirect: 'manual',
      headers: { accept: 'application/json', ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }) },
      signal: AbortSignal.timeout(WITHIN_MS),
    });
    if (answer.status === 200 || answer.status === 503) {
      const parsed = health.safeParse(await answer.json());
      if (parsed.success) return { kind: 'seen', value: parsed.data };
    }
    const right = 'the app role "viewer" (--scope says what to sign in for)';
    return {
      ...unseen(about, `it was answered ${answer.status}`),
      ...([401, 403].includes(answer.status) ? { right } : {}),
    };
  } catch (error) {
    return unseen(about, whyNot(error));
  }
}
