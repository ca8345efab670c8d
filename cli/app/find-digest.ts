/** A digest as a person types it: whole, or its first hexadecimal digits, as long as they name one of the gate's last candidates. */
import { digest as digestSchema, type Digest } from '../../shared/domain/reference.ts';
import { WrongUse } from '../command.ts';
import type { App } from './app.ts';
import { gatePath, gateView } from './views.ts';

const FEWEST_DIGITS = 6;

export async function findDigest(app: App, gate: string, text: string): Promise<Digest> {
  const whole = digestSchema.safeParse(text);
  if (whole.success) return whole.data;
  const start = text.replace(/^sha256:/, '');
  if (!/^[0-9a-f]+$/.test(start) || start.length < FEWEST_DIGITS || start.length >= 64) {
    throw new WrongUse(
      `"${text}" is no digest: write sha256: and 64 hexadecimal digits, or the first ${FEWEST_DIGITS}`,
    );
  }
  const { candidates } = await app.read(gatePath(gate), gateView);
  const [found, another] = candidates.filter(({ digest }) => digest.startsWith(`sha256:${start}`));
  if (found && !another) return found.digest;
  const known = candidates.map(({ digest }) => digest).join(', ') || 'none yet';
  throw new Error(
    found
      ? `more than one of the last candidates of gate "${gate}" begins with ${start}; write more of it`
      : `none of the last candidates of gate "${gate}" begins with ${start}; they are: ${known}`,
  );
}
