/** English words of the map's layers. */
export const enLayers = {
  'layers.title': 'Layers',
  'layers.messages': 'Messages',
  'layers.messages.about': 'Requests to the API server and what follows from them, as dots.',
  'layers.ownership': 'Ownership',
  'layers.ownership.about':
    'A thread through the Pods of each controller: Deployment › ReplicaSet › Pod.',
  'layers.network': 'Network',
  'layers.network.about':
    'Point at a Service or select it: lines to its endpoints. A shield: a NetworkPolicy selects the Pod.',
  'layers.storage': 'Storage',
  'layers.storage.about':
    'Pod, the claim that it mounts, and the volume that the claim is bound to.',
  'layers.scheduling': 'Scheduling',
  'layers.scheduling.about': "The scheduler's verdict on each node while it decides.",
  'layers.security': 'Security',
  'layers.security.about':
    'What Pods may do beyond their containers, and what their namespaces enforce.',
  'layers.policy': 'selected by a NetworkPolicy',
  'kin.pods': '{n} pods',
  'layers.claims': 'mounts a claim; its line leads to the claim, and from there to the volume',
  'layers.risk': 'privileged, in a namespace of the node, or mounts its files',
  'layers.root': 'may run as root',
  'layers.norisk': 'no special rights',
  'layers.keeps': 'keeps to level {level}',
  'layers.enforce': 'Pod Security enforced:',
  'layers.enforce.none': 'by no namespace',
  'map.more': '{n} more: show them in the tree',
} as const
