/**
 * Which app role each endpoint needs: the one place where that is said. The endpoint wrapper goes by it, `openapi.json` and the documentation
 * show it. A role has the rights of those before it; an endpoint that does not stand here cannot be written.
 */
import type { Role } from '../../shared/domain/roles.ts';

export const ACCESS = {
  describeApi: 'viewer',
  getApp: 'viewer',
  getCandidate: 'viewer',
  getCheckLog: 'viewer',
  getFreeze: 'viewer',
  getGate: 'viewer',
  getHealth: 'viewer',
  getHold: 'viewer',
  getImage: 'viewer',
  getReport: 'viewer',
  getRollout: 'viewer',
  listApps: 'viewer',
  listCandidates: 'viewer',
  listGates: 'viewer',
  listImages: 'viewer',
  listRecorded: 'viewer',
  readJournal: 'viewer',

  abortCandidate: 'operator',
  freezeAll: 'operator',
  holdAll: 'operator',
  holdGate: 'operator',
  /** Of one's own recall only a release manager. */
  liftRecall: 'operator',
  recallDigest: 'operator',
  requestAppHold: 'operator',
  requestAppResume: 'operator',
  requestBuild: 'operator',
  requestOverride: 'operator',
  requestPromotion: 'operator',
  requestRecheck: 'operator',
  resumeAll: 'operator',
  resumeGate: 'operator',
  rollBackApp: 'operator',
  thawAll: 'operator',

  /** At least; the policy of the gate says which role approves there. */
  decideApproval: 'operator',
} as const satisfies Record<string, Role>;

export type EndpointName = keyof typeof ACCESS;
