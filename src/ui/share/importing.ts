/** Carries an import out, through kubectl apply; and writes what was made in this cluster to a file. */
import type { ImportPlan } from '../../protocol/manifests.ts'
import { bridge } from '../bridge/bridge.ts'
import { worldStore } from '../store/world.ts'
import { download } from './files.ts'
import { say } from './notice.ts'

/** What lists everything that an import can use, beside the kinds of `kubectl get all`. */
export const GET_ALL =
  'kubectl get namespace,crd,sa,role,rolebinding,clusterrole,clusterrolebinding,cm,secret,sc,pv,pvc,svc,deploy,sts,ds,job,cronjob,hpa,pdb,netpol,ing -A -o yaml'

/**
 * Applies an import, batch after batch. Waiting needs time: a paused cluster runs for as long as it takes.
 * @returns whether all of it went well, and what kubectl printed
 */
export async function carryOut(plan: ImportPlan): Promise<{ ok: boolean; said: string }> {
  let said = ''
  let ok = true
  const output = (_: string, text: string) => {
    said += text
  }
  const { speed } = worldStore.getState()
  if (speed === 0) bridge.speed(1)
  try {
    for (const { yaml, waits } of plan.batches) {
      const applied = await bridge.kubectl('kubectl apply -f -', { stdin: yaml, output })
      ok &&= applied.code === 0
      for (const line of waits) ok &&= (await bridge.kubectl(line)).code === 0
    }
  } finally {
    if (speed === 0) bridge.speed(0)
  }
  return { ok, said }
}

/** Writes all that was made in this cluster to a file. */
export async function saveManifests(): Promise<void> {
  const { yaml, count } = await bridge.exportManifests()
  if (count === 0) return say({ id: 'export.nothing', tone: 'plain' })
  download('kubarium-manifests.yaml', yaml, 'application/yaml')
  say({ id: 'export.done', values: { n: count }, tone: 'plain' })
}
