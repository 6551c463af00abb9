/** 地图图层的中文。 */
import type { enLayers } from './en.layers.ts'

export const zhLayers: Record<keyof typeof enLayers, string> = {
  'layers.title': '图层',
  'layers.messages': '消息',
  'layers.messages.about': '发往 API Server 的请求及其引发的动作，以圆点表示。',
  'layers.ownership': '归属',
  'layers.ownership.about': '每个控制器的 Pod 由一条线串起：Deployment › ReplicaSet › Pod。',
  'layers.network': '网络',
  'layers.network.about':
    '指向或选中一个 Service：连线通往它的端点。盾牌：该 Pod 被某个 NetworkPolicy 选中。',
  'layers.storage': '存储',
  'layers.storage.about': 'Pod、它挂载的持久卷申领，以及该申领绑定的持久卷。',
  'layers.scheduling': '调度',
  'layers.scheduling.about': '调度器做决定时对每个节点的判断。',
  'layers.security': '安全',
  'layers.security.about': 'Pod 在容器之外拥有的权限，以及所在命名空间强制的级别。',
  'layers.policy': '被 NetworkPolicy 选中',
  'kin.pods': '{n} 个 Pod',
  'layers.claims': '挂载了持久卷申领；连线通往申领，再通往持久卷',
  'layers.risk': '特权容器、使用节点的命名空间或挂载节点文件',
  'layers.root': '可能以 root 运行',
  'layers.norisk': '没有特殊权限',
  'layers.keeps': '符合 {level} 级别',
  'layers.enforce': 'Pod 安全强制级别：',
  'layers.enforce.none': '没有命名空间强制',
  'map.more': '还有 {n} 个：在树中查看',
}
