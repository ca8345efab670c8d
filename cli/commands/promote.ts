/** `gated-import promote`: the same gate and the same checks, for a digest or tag that a person names. */
import { digest } from '../../shared/domain/reference.ts';
import type { App } from '../app/app.ts';
import { findDigest } from '../app/find-digest.ts';
import { gatePath, gateView } from '../app/views.ts';
import { wishCommand } from '../wish-command.ts';

export const promote = wishCommand({
  name: 'promote',
  summary: 'ask for the promotion of a digest or tag of the upstream: the same gate, the same checks',
  takes: ['gate', '[digest]'],
  more: 'Without a digest, what the upstream tag names now. In place of a digest also a tag, or a whole reference.',
  async wish({ app, needed, given, reason }) {
    const gate = needed('gate');
    const reference = await referenceTo(app, gate, given('digest'));
    const body = { reason, ...(reference === undefined ? {} : { reference }) };
    return {
      wish: { method: 'POST', path: `${gatePath(gate)}/promotions`, body },
      said: `${reference ?? 'what the upstream tag names now'} is checked by gate ${gate}, and promoted if it passes`,
      watch: `gated-import explain ${gate}`,
    };
  },
});

/** The API takes whole references, so that nobody promotes from another repository by a slip. */
async function referenceTo(app: App, gate: string, named: string | undefined): Promise<string | undefined> {
  if (named === undefined || named.includes('/')) return named;
  const { from } = await app.read(gatePath(gate), gateView);
  const repository = from.replace(/:[^:/]+$/, '');
  if (!named.startsWith('sha256:')) return `${repository}:${named}`;
  const of = digest.safeParse(named).data ?? (await findDigest(app, gate, named));
  return `${repository}@${of}`;
}
