/** A control plane with scheduler, controllers and hollow kubelets at work. */
import { createInformers } from '../cluster/client/informer.ts'
import { startControllerManager } from '../cluster/controllers/manager.ts'
import { startScheduler } from '../cluster/scheduler/scheduler.ts'
import { type ControlPlane, createControlPlane } from './controlplane.ts'

/** Starts it all and lets it settle; the writes of the beginning are not in `flow()`. */
export function createFullPlane(o: { nodes?: number; seed?: number } = {}): ControlPlane {
  const cp = createControlPlane(o.seed ?? 1)
  const { world } = cp
  cp.addNodes(o.nodes ?? 3)
  const scheduler = cp.clientFor('kube-scheduler', 'system:kube-scheduler')
  const informers = createInformers(scheduler)
  startScheduler({ world, client: scheduler, informers, hostname: 'cp' })
  const manager = cp.clientFor('kube-controller-manager', 'system:kube-controller-manager')
  startControllerManager({ world, client: manager })
  cp.startHollowKubelets()
  cp.advance(6000)
  cp.flow()
  return cp
}
