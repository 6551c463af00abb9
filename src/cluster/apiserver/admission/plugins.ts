/** The admission plugins that are on by default, in upstream's order. @source pkg/kubeapiserver/options/plugins.go */
import type { AdmissionPlugin } from './chain.ts'
import { namespaceLifecycle } from './namespacelifecycle.ts'

/** In the order in which they are asked. */
export const admissionPlugins: readonly AdmissionPlugin[] = [namespaceLifecycle]
