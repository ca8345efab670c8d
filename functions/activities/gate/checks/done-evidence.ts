/** The evidence that an answer is. */
import type { Evidence } from '../../../../shared/domain/gate-state.ts';
import type { Answer, Asked } from './kind.ts';

/** `at`: when it was answered, in epoch milliseconds. */
export function doneEvidence(
  { deadlineAt: _, ...started }: Extract<Evidence, { state: 'running' }>,
  { image, platform }: Asked,
  { verdict, reasons, tool, isolation, expiresAt, report, removes }: Answer,
  at: number,
): Evidence {
  return {
    ...started,
    state: 'done',
    finishedAt: at,
    verdict,
    reasons,
    digest: image.digest,
    platform,
    tool,
    ...(isolation ? { isolation } : {}),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(report === undefined ? {} : { report }),
    ...(removes ? { removes } : {}),
  };
}
