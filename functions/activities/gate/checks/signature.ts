/**
 * The `signature` check, in process: what is attached to the candidate in quarantine, where intake has copied it.
 *
 * A signature of the upstream's digest counts for what is promoted of it: an index names its images by digest. So does one of the image itself.
 */
import { printable } from '../../../../shared/domain/checks/printable.ts';
import { judgeSignature } from '../../../../shared/domain/checks/signature.ts';
import type { Judgement } from '../../../../shared/domain/checks/judgement.ts';
import { childrenOf } from '../../../../shared/domain/manifest.ts';
import type { SignatureCheck } from '../../../../shared/domain/check.ts';
import { formatReference } from '../../../../shared/domain/reference.ts';
import { signatureExaminer, type Examiner } from '../../../../shared/signatures/examine.ts';
import { UnusableSigner } from '../../../../shared/signatures/unusable-signer.ts';
import type { Surroundings } from '../../activity.ts';
import type { Asked, CheckEffects } from './kind.ts';
import { inProcess } from './in-process.ts';
import { lookForSignatures, type SignedTarget } from './look-for-signatures.ts';

export const signatureEffects: CheckEffects<SignatureCheck> = inProcess('signature', judge);

async function judge(world: Surroundings, asked: Asked<SignatureCheck>): Promise<Judgement> {
  const { check, image, tries, attached } = asked;
  if (check.mode === 'off') return judgeSignature(check, { found: [], tries });
  const examiner = openExaminer(check);
  if (typeof examiner === 'string') return unknown(examiner);
  const targets = await targetsOf(world, asked);
  if (typeof targets === 'string') return unknown(targets);
  const looked = await lookForSignatures(world.registries, image, { targets, examiner });
  const unfinished = looked.unfinished ?? leftUpstream(attached);
  return judgeSignature(check, { found: looked.found, tries, ...(unfinished === undefined ? {} : { unfinished }) });
}

/** A signature may be among what intake did not take, whatever it says it is. */
function leftUpstream(attached: Asked['attached']): string | undefined {
  if (!attached) return 'what is attached to it could not be taken into quarantine: the upstream has it no more';
  if (attached.left === 0) return undefined;
  const shown = attached.why.map(printable).join('; ');
  return `of what is attached to it upstream ${attached.left} could not be taken into quarantine: ${shown}`;
}

/** A text is why there is none. */
function openExaminer(check: SignatureCheck): Examiner | string {
  try {
    return signatureExaminer(check);
  } catch (error) {
    if (error instanceof UnusableSigner) return error.message;
    throw error;
  }
}

/** The upstream's digest, and what is promoted of it. A text is why nothing can be said of either. */
async function targetsOf(
  { registries }: Surroundings,
  { image, digest, subject }: Asked<SignatureCheck>,
): Promise<SignedTarget[] | string> {
  const { host, repository } = image;
  const read = async (of: typeof digest, what: string) => {
    const manifest = await registries.manifest({ host, repository, digest: of });
    return manifest && { digest: of, manifest: manifest.bytes, what: `${what} ${of}` };
  };
  const upstream = await read(digest, "the upstream's");
  if (!upstream) return `${formatReference({ host, repository, digest })} is not in quarantine any more`;
  if (subject === digest) return [upstream];
  if (!childrenOf(upstream.manifest).includes(subject)) return `${subject} is not in the index ${digest}`;
  const promoted = await read(subject, 'what is promoted of it,');
  return promoted
    ? [upstream, promoted]
    : `${formatReference({ host, repository, digest: subject })} is not in quarantine any more`;
}

const unknown = (why: string): Judgement => ({ verdict: 'unknown', reasons: [why] });
