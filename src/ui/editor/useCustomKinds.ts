/** Keeps the editor's schema up with the cluster's CustomResourceDefinitions. */
import { useEffect } from 'react'
import { bridge } from '../bridge/bridge.ts'
import { useSlowTopic } from '../store/world.ts'
import { customKinds } from './custom.ts'
import { setCustomKinds } from './monaco.ts'

const FOLLOW_MS = 500

/** Asks for the definitions when they change; without an answer the schema stays. */
export function useCustomKinds(): void {
  const version = useSlowTopic('CustomResourceDefinition', FOLLOW_MS)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version says that there is news
  useEffect(() => {
    void bridge.kubectl('kubectl get crd -o json', { aside: true }).then(
      (r) => {
        if (r.code === 0) setCustomKinds(customKinds(JSON.parse(r.stdout)))
      },
      () => undefined,
    )
  }, [version])
}
