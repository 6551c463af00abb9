/** Nothing but the cluster itself. */
import type { Scenario } from './scenario.ts'

export const emptyCluster: Scenario = {
  id: 'empty-cluster',
  title: { en: 'Empty cluster', zh: '空集群' },
  about: {
    en: 'One control plane and three workers; everything else is yours.',
    zh: '一个控制平面和三个工作节点，其余由你来创建。',
  },
  level: 'first',
  minutes: 5,
  picture: 'empty',
  cluster: { nodes: 3 },
  files: {},
  setup: [],
  tries: ['kubectl create deployment web --image=nginx:1.27 --replicas=3', 'kubectl get events -w'],
}
