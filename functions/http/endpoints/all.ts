/** Every HTTP function there is. */
import type { Endpoint } from '../endpoint.ts';
import { decideApproval } from './approvals.ts';
import { getApp, getRollout, listApps } from './apps.ts';
import { requestBuild } from './builds.ts';
import { describingEndpoint } from './description.ts';
import { abortCandidate, getCandidate, getCheckLog, listCandidates } from './candidates.ts';
import { freezeAll, getFreeze, thawAll } from './freezes.ts';
import { getGate, listGates } from './gates.ts';
import { getHealth } from './health.ts';
import { getHold, holdAll, holdGate, requestAppHold, requestAppResume, resumeAll, resumeGate } from './holds.ts';
import { getImage, listImages } from './images.ts';
import { readJournalEntries } from './journal.ts';
import { requestOverride } from './overrides.ts';
import { requestPromotion } from './promotions.ts';
import { listRecorded } from './recorded.ts';
import { requestRecheck } from './rechecks.ts';
import { liftRecall, recallDigest } from './recalls.ts';
import { getReport } from './reports.ts';
import { rollBackApp } from './rollbacks.ts';

const described: Endpoint[] = [
  listGates,
  getGate,
  listCandidates,
  getCandidate,
  listRecorded,
  getCheckLog,
  getReport,
  requestPromotion,
  decideApproval,
  abortCandidate,
  requestRecheck,
  requestOverride,
  recallDigest,
  liftRecall,
  holdGate,
  resumeGate,
  listImages,
  getImage,
  requestBuild,
  listApps,
  getApp,
  requestAppHold,
  requestAppResume,
  rollBackApp,
  getRollout,
  getHold,
  holdAll,
  resumeAll,
  getFreeze,
  freezeAll,
  thawAll,
  readJournalEntries,
  getHealth,
];

export const endpoints: Endpoint[] = [...described, describingEndpoint(described)];
