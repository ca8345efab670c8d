/** The `config` check, in process: manifest and configuration from quarantine, and what the gates of `base` have promoted. */
import { readArtifact } from '../../../../shared/domain/checks/artifact.ts';
import { judgeConfig, type ConfigFacts } from '../../../../shared/domain/checks/config.ts';
import type { Judgement } from '../../../../shared/domain/checks/judgement.ts';
import { platformsOf } from '../../../../shared/domain/manifest.ts';
import type { ConfigCheck } from '../../../../shared/domain/check.ts';
import { recallOf } from '../../../../shared/domain/recall.ts';
import { formatReference } from '../../../../shared/domain/reference.ts';
import { readGateRow, readPromotions } from '../../../../shared/ledger/gate-book.ts';
import type { Ledger } from '../../../../shared/ports/ledger.ts';
import type { Surroundings } from '../../activity.ts';
import type { Asked, CheckEffects } from './kind.ts';
import { inProcess } from './in-process.ts';

/** A configuration has a few kilobytes; registries take manifests of 4 MiB at most. */
const MOST_BYTES = 4 * 1024 * 1024;
/** How far back a base is recognised. */
const MOST_PROMOTIONS = 50;

export const configEffects: CheckEffects<ConfigCheck> = inProcess('config', judge);

async function judge(
  { registries, ledger }: Surroundings,
  { check, digest, image, platform }: Asked<ConfigCheck>,
): Promise<Judgement> {
  const manifest = await registries.manifest(image);
  const upstream = await registries.manifest({ ...image, digest });
  if (!manifest || !upstream) return unknown(`${formatReference(image)} is not in quarantine any more`);
  const facts = { manifest: manifest.bytes, platform, offered: platformsOf(upstream.bytes), bases: [] };
  const artifact = readArtifact(manifest.bytes);
  if (artifact.kind !== 'image') return judgeConfig(check, facts);

  const configuration = await registries.blob({ ...image, digest: artifact.configuration }, { mostBytes: MOST_BYTES });
  if (configuration === 'missing') return unknown('its configuration is not in quarantine');
  if (configuration === 'too-large') {
    return { verdict: 'fail', reasons: [`its configuration has more than ${MOST_BYTES} bytes`] };
  }
  return judgeConfig(check, { ...facts, configuration, bases: await basesOf(ledger, check.bases ?? []) });
}

/** Every image that these gates promoted and nobody recalled, of whatever platform: layers of another one match nothing. */
async function basesOf(ledger: Ledger, gates: string[]): Promise<ConfigFacts['bases']> {
  const found: ConfigFacts['bases'] = [];
  for (const gate of gates) {
    const row = await readGateRow(ledger, gate);
    for (const { digest, subject, layers } of await readPromotions(ledger, gate, { most: MOST_PROMOTIONS })) {
      if (recallOf(row?.value.recalled, { digest, subject })) continue;
      found.push(...layers.map((ofImage) => ({ gate, digest: subject, layers: ofImage })));
    }
  }
  return found;
}

const unknown = (why: string): Judgement => ({ verdict: 'unknown', reasons: [why] });
