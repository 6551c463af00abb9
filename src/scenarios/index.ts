/** The gallery, in order: one line a scene. */
import { autoscaling } from './autoscaling.ts'
import { blockedByPolicy } from './blockedbypolicy.ts'
import { brokenRollout } from './brokenrollout.ts'
import { crashLoop } from './crashloop.ts'
import { crowd } from './crowd.ts'
import { disksThatStay } from './disksthatstay.ts'
import { emptyCluster } from './emptycluster.ts'
import { firstCluster } from './firstcluster.ts'
import { fullQuota } from './fullquota.ts'
import { jobsAndCronJob } from './jobsandcronjob.ts'
import { lonelyService } from './lonelyservice.ts'
import { nodeLost } from './nodelost.ts'
import { pendingPods } from './pendingpods.ts'
import { rollingUpdate } from './rollingupdate.ts'
import type { Scenario } from './scenario.ts'
import { threeZones } from './threezones.ts'
import { waitingClaim } from './waitingclaim.ts'

/** All scenes; the first is the one that a first visit sees. */
export const scenarios: readonly Scenario[] = [
  firstCluster,
  emptyCluster,
  rollingUpdate,
  brokenRollout,
  crashLoop,
  lonelyService,
  disksThatStay,
  pendingPods,
  waitingClaim,
  blockedByPolicy,
  fullQuota,
  jobsAndCronJob,
  autoscaling,
  nodeLost,
  threeZones,
  crowd,
]
