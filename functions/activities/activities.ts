/** Every activity, under the name its step is called by, given the world it works on. */
import type { Surroundings } from './activity.ts';
import { adoptStable } from './gate/adopt-stable.ts';
import { announceDrift } from './gate/announce-drift.ts';
import { askAgain } from './gate/ask-again.ts';
import { attachRecord } from './gate/attach-record.ts';
import { beginPromotion } from './gate/begin-promotion.ts';
import { completePromotion } from './gate/complete-promotion.ts';
import { concludeCurrent } from './gate/conclude-current.ts';
import { copyReferrers } from './gate/copy-referrers.ts';
import { dropIntention } from './gate/drop-intention.ts';
import { importUnique } from './gate/import-unique.ts';
import { intakeCandidate } from './gate/intake-candidate.ts';
import { intakeReferrers } from './gate/intake-referrers.ts';
import { lockUnique } from './gate/lock-unique.ts';
import { lookAtGate } from './gate/look-at-gate.ts';
import { moveStable } from './gate/move-stable.ts';
import { putBackStable } from './gate/put-back-stable.ts';
import { readBackStable } from './gate/read-back-stable.ts';
import { readBackUnique } from './gate/read-back-unique.ts';
import { recordApprovals } from './gate/record-approvals.ts';
import { restGate } from './gate/rest-gate.ts';
import { restoreCandidate } from './gate/restore-candidate.ts';
import { settleCandidate } from './gate/settle-candidate.ts';
import { startCheck } from './gate/start-check.ts';
import { startFollowers } from './gate/start-followers.ts';
import { troubleCandidate } from './gate/trouble-candidate.ts';
import { lookAtImage } from './image/look-at-image.ts';
import { restImage } from './image/rest-image.ts';
import { startBuild } from './image/start-build.ts';
import { startRollouts } from './image/start-rollouts.ts';
import { deployApp } from './rollout/deploy-app.ts';
import { holdApp } from './rollout/hold-app.ts';
import { lookAtRollout } from './rollout/look-at-rollout.ts';
import { recordDeployment } from './rollout/record-deployment.ts';
import { restRollout } from './rollout/rest-rollout.ts';
import { announcePolicy } from './sweep/announce-policy.ts';
import { cleanQuarantine } from './sweep/clean-quarantine.ts';
import { cleanTools } from './sweep/clean-tools.ts';
import { endSweep } from './sweep/end-sweep.ts';
import { findWork } from './sweep/find-work.ts';
import { lookAfterTags } from './sweep/look-after-tags.ts';
import { sweepGates } from './sweep/sweep-gates.ts';
import { sweepImages } from './sweep/sweep-images.ts';

export const activities = (world: Surroundings) => ({
  lookAtGate: lookAtGate(world),
  intakeReferrers: intakeReferrers(world),
  intakeCandidate: intakeCandidate(world),
  startCheck: startCheck(world),
  restoreCandidate: restoreCandidate(world),
  askAgain: askAgain(world),
  concludeCurrent: concludeCurrent(world),
  settleCandidate: settleCandidate(world),
  troubleCandidate: troubleCandidate(world),
  recordApprovals: recordApprovals(world),
  startFollowers: startFollowers(world),
  restGate: restGate(world),
  putBackStable: putBackStable(world),
  announceDrift: announceDrift(world),
  beginPromotion: beginPromotion(world),
  adoptStable: adoptStable(world),
  importUnique: importUnique(world),
  readBackUnique: readBackUnique(world),
  copyReferrers: copyReferrers(world),
  attachRecord: attachRecord(world),
  lockUnique: lockUnique(world),
  moveStable: moveStable(world),
  readBackStable: readBackStable(world),
  completePromotion: completePromotion(world),
  dropIntention: dropIntention(world),
  lookAtImage: lookAtImage(world),
  startBuild: startBuild(world),
  startRollouts: startRollouts(world),
  restImage: restImage(world),
  lookAtRollout: lookAtRollout(world),
  deployApp: deployApp(world),
  recordDeployment: recordDeployment(world),
  holdApp: holdApp(world),
  restRollout: restRollout(world),
  announcePolicy: announcePolicy(world),
  findWork: findWork(world),
  sweepGates: sweepGates(world),
  sweepImages: sweepImages(world),
  lookAfterTags: lookAfterTags(world),
  cleanQuarantine: cleanQuarantine(world),
  cleanTools: cleanTools(world),
  endSweep: endSweep(world),
});
