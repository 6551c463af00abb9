/** Sentences of the answers to "why", in English. */
export const whyEn = {
  'why.because': 'because',
  'why.root': 'Root cause',
  'why.root.of': 'Root cause: {what}',
  'why.rule': 'The rule',
  'why.happened': 'What happened',
  'why.fields': 'Why this field?',
  'why.field.ask': 'Field, as spec.replicas',
  'why.try': 'Find the smallest fix',
  'why.trying': 'Trying on a copy of the cluster …',
  'why.tried': 'Tried on a copy',
  'why.tried.works': 'works: well after {time}',
  'why.tried.fails': 'does not help',
  'why.tried.refused': 'refused: {message}',
  'why.tried.broke': 'helps, but breaks {what}',
  'why.tried.none': 'None of what was tried on a copy helps.',
  'why.untried':
    'not tried: others did more to this cluster than its log keeps, so no copy of it can be made',
  'why.proposed': 'Worth trying, the smallest change first',
  'why.apply': 'Run it',
  'why.apply.act': 'Do it',
  'why.beyond': 'Why no change helps',
  'why.beyond.name':
    'Nothing is broken: nothing was ever made under this name. Ask for {kind} {near}, or make what is missing.',
  'why.beyond.never': 'Nothing is broken: no {kind} was ever made under this name.',
  'why.beyond.machine':
    'What is wrong is at the machine, not in an object: no write to the API gives it power or a cable. Where the machine is gone for good, delete its Node.',
  'why.beyond.registry':
    'What is wrong is outside of the cluster, or in the name itself: nothing here knows which image was meant. Use an image that a registry has.',
  'why.beyond.program':
    'Kubernetes can only start it again: what makes {container} end is in its program or in what it is given (arguments, variables, files), and has to be mended there.',
  'why.beyond.memory':
    'No object gives {node} more memory, and a limit would only kill {container} sooner: the program has to be content with less, or needs a larger machine.',
  'why.beyond.load':
    'More replicas help only where the load divides among them: if each pod is as busy as before, the autoscaler will want more at any maximum.',
  'why.beyond.service':
    'Nothing here is called {name}, or nearly so: what should answer has to be made first, then its Service.',
  'why.lines': '{n} more lines',
  'why.troubles': 'What is wrong now',
  'why.troubles.none': 'Nothing is in trouble.',
  'why.troubles.teach':
    'When something is, it stands here with its reason, what others stand on first. Try it: drag a machine to the bin, or give a Deployment an image that does not exist.',
  'why.refused.line': 'The API server refused {what}.',
  'why.refused.ask': 'Why?',
  'whatif.title': 'What would happen if …',
  'whatif.menu.drain': 'What if it is drained?',
  'whatif.menu.delete': 'What if it is deleted?',
  'whatif.drain': 'it is drained',
  'whatif.delete': 'it is deleted',
  'whatif.zero': 'it has no replicas',
  'whatif.double': 'it has {n} replicas',
  'whatif.restart': 'it is restarted',
  'whatif.isolate': 'a policy closes its pods',
  'whatif.ask': 'A command to try on a copy',
  'whatif.run': 'Try',
  'whatif.running': 'Running ahead on a copy …',
  'whatif.ran': 'Seen on a copy that ran {time} ahead. Nothing was changed here.',
  'whatif.failed': 'The command fails ({code}): {message}',
  'whatif.nothing': 'Nothing changes.',
  'whatif.created': '{n} {kind} made: {names}',
  'whatif.deleted': '{n} {kind} gone: {names}',
  'whatif.changed': '{n} {kind} changed: {names}',
  'whatif.moved': '{owner}: pods that move: {n}, {from} → {to}',
  'whatif.replaced': '{owner}: pods that are replaced: {n}',
  'whatif.downtime': 'Service {name} has no ready endpoint for {time}',
  'whatif.downtime.still':
    'Service {name} has no ready endpoint from {time} on, and still none at the end',
  'whatif.uptime': 'Services that stay reachable throughout: {names}',
  'whatif.evictions': 'Evictions refused by PodDisruptionBudget {name}: {n}',
  'whatif.trouble': '{kind} {name} gets into trouble',
  'whatif.mended': '{kind} {name} gets well',

  'why.gone': '{kind} {name} does not exist.',
  'why.gone.near': '{kind} {name} does not exist; {near} does.',
  'why.elsewhere':
    '{kind} {name} is not in namespace {here}: it is in {there}. Names are looked up in one namespace only.',
  'why.deleted': '{kind} {name} was deleted by {by}.',
  'why.deleting': '{kind} {name} is being deleted.',
  'why.object': '{kind} {name} as it was last written.',
  'why.object.condition': '{kind} {name} reports {condition} ({reason}). {message}',
  'why.field.set': '{field} is {value}: {manager} wrote it so ({by}).',
  'why.field.changed': '{field} is {value}; it was {before} until {manager} changed it ({by}).',
  'why.field.default':
    '{field} is {value}: nobody wrote it, the API server filled it in at creation.',
  'why.field.none': '{name} has no field {field}.',
  'why.finalizer':
    '{kind} {name} is deleted but stays, because nobody has taken away its finalizer {finalizer}. Whoever put it there must do that after cleaning up.',

  'why.pod.placed':
    'Pod {name} runs on {node}: {passed} of {all} nodes passed the filters and {node} had the highest score ({score}).',
  'why.pod.running': 'Pod {name} runs on {node}.',
  'why.pod.settling': 'Pod {name} has just started; it will be ready in a moment.',
  'why.pod.completed':
    'Pod {name} is done: all its containers ended with exit code 0, and its restart policy does not start them again.',
  'why.pod.creating': 'Pod {name} is being made on {node}: {status}.',
  'why.pod.terminating':
    'Pod {name} is being stopped on {node}; its containers have {seconds} s to end by themselves.',
  'why.pod.terminating.silent':
    'Pod {name} cannot be seen to end, because {node} does not answer. The API server keeps its name until the kubelet confirms.',
  'why.pod.silent': 'Pod {name} is not ready because its node {node} does not answer.',
  'why.pod.evicted': 'Pod {name} was evicted from {node}: {message}',
  'why.pod.resize.infeasible':
    'Pod {name} keeps its old size: what was asked for is more than {node} has in all. {message}',
  'why.pod.resize.deferred':
    'Pod {name} keeps its old size for now: {node} has no room for the new one until others leave. {message}',
  'why.pod.resize.error': 'Pod {name} could not be given its new size: {message}',
  'why.pod.deadline':
    'Pod {name} was stopped: it ran longer than activeDeadlineSeconds ({seconds} s).',
  'why.pod.failed': 'Pod {name} failed: {status}. {message}',
  'why.pod.gated': 'Pod {name} may not be scheduled yet: scheduling gate {gate} is set.',
  'why.pod.gate': 'Pod {name} runs, but its readiness gate {gate} is not True.',
  'why.pod.scheduler': 'Pod {name} asks for the scheduler {scheduler}, and none of that name runs.',
  'why.pod.scheduling': 'Pod {name} waits for its turn with the scheduler.',
  'why.pod.unschedulable': 'Pod {name} waits because no node fits: {message}',
  'why.pod.nonodes': 'Pod {name} waits because the cluster has no nodes.',
  'why.pod.noworkers':
    'Pod {name} waits because there are no workers: the only node is the control plane’s, whose taint keeps ordinary pods off.',
  'why.pod.cordoned': 'Pod {name} waits because every node that would fit is cordoned: {nodes}.',
  'why.pod.taint': 'Pod {name} does not tolerate the taint {taint} of {nodes}.',
  'why.pod.unhealthy':
    'Pod {name} waits: the nodes that would fit ({nodes}) are unwell and carry the taint {taint}.',
  'why.pod.nodeselector':
    'Pod {name} wants a node with the label {label}; no node has it (there is: {near}).',
  'why.pod.nodeselector.near':
    'Pod {name} wants a node with the label {label}; no node has it, but one has {near}.',
  'why.pod.nodeaffinity':
    'Pod {name} wants a node with {term} (required node affinity); no node has it.',
  'why.pod.antiaffinity':
    'Pod {name} may not stand beside its like (anti-affinity), and every node has one already. {message}',
  'why.pod.affinity':
    'Pod {name} must stand beside pods that run nowhere (pod affinity). {message}',
  'why.pod.spread': 'Pod {name} would make the spread across domains too uneven. {message}',
  'why.pod.ports': 'Pod {name} wants a host port that is taken on every node. {message}',
  'why.pod.resources':
    'Pod {name} asks for {asked} {resource}; the node with the most room, {node}, has {free} left.',
  'why.pod.toolarge':
    'Pod {name} asks for {asked} {resource}; the largest node has {has} in all, so it can never fit.',
  'why.pod.claim': 'Pod {name} waits for its claim {claim}, which has no volume.',
  'why.pod.claim.missing': 'Pod {name} wants the claim {claim}, which does not exist.',
  'why.pod.mount':
    'Pod {name} is on {node}, but its volume {volume} cannot be mounted, so no container is created. {message}',
  'why.pod.init':
    'Pod {name} is stuck in its init container {container} ({n} of {all}); the others start after it.',
  'why.pod.init.running':
    'Pod {name} waits for its init container {container} ({n} of {all}) to end; it has run {seconds} s: {command}',

  'why.container.oom':
    'Container {container} needs more memory than its limit {limit}: the kernel killed it (OOMKilled, {restarts} restarts).',
  'why.container.oom.machine':
    'Container {container} has no memory limit, and the machine {node} had no memory left: the kernel killed the process that it could best do without (OOMKilled).',
  'why.container.exit':
    'Container {container} ends with exit code {code} ({restarts} restarts); the kubelet waits longer before each start. Its last words: {words}',
  'why.container.init':
    'Init container {container} ends with exit code {code}. Its last words: {words}',
  'why.container.done':
    'Container {container} ends with exit code 0, and the restart policy starts it again ({restarts} restarts). A Deployment is for what runs for ever; what ends is a Job.',
  'why.container.notfound':
    'Container {container} cannot run “{command}”: the image has no such command (exit code {code}). {words}',
  'why.container.create': 'Container {container} cannot be created ({reason}): {message}',
  'why.image.tag':
    'The registry has no image {image} ({reason}): the name is known, that tag is not.',
  'why.image.repository':
    'The registry does not know {image} ({reason}): the name is wrong, or it is private and no credentials were given.',
  'why.image.registry': 'The registry of {image} cannot be reached ({reason}). {message}',
  'why.image.invalid': '{image} is not a valid image name. {message}',
  'why.image.never':
    'Image {image} is not on the node, and imagePullPolicy Never forbids to fetch it.',
  'why.config.missing':
    'Pod {name} needs the {kind} {object}, which does not exist in namespace {namespace}.',
  'why.config.near': 'Pod {name} needs the {kind} {object}, which does not exist; {near} does.',
  'why.config.namespace':
    'Pod {name} needs the {kind} {object}; one of that name is in namespace {elsewhere}, but pods see only their own ({namespace}).',
  'why.config.key': 'Pod {name} needs the key {key} of {kind} {object}, which has: {keys}.',
  'why.config.key.near':
    'Pod {name} needs the key {key} of {kind} {object}, which has no such key but {near}.',
  'why.probe.readiness':
    'Container {container} runs, but its readiness probe {probe} fails, so no Service sends it traffic: {answer} (it listens on: {listens})',
  'why.probe.liveness':
    'The liveness probe {probe} of container {container} fails, so the kubelet restarts it ({restarts} times so far): {answer} (it listens on: {listens})',
  'why.probe.startup':
    'The startup probe {probe} of container {container} fails, so the kubelet restarts it before it counts as started: {answer} (it listens on: {listens})',
  'why.probe.readiness.exec':
    'Container {container} runs, but the command of its readiness probe does not succeed, so no Service sends it traffic: {probe} (it printed: {answer})',
  'why.probe.liveness.exec':
    'The command of the liveness probe of container {container} does not succeed, so the kubelet restarts it ({restarts} times so far): {probe} (it printed: {answer})',
  'why.probe.startup.exec':
    'The command of the startup probe of container {container} does not succeed, so the kubelet restarts it before it counts as started: {probe} (it printed: {answer})',
  'why.probe.wait': 'Container {container} runs; its {kind} probe {probe} has not passed yet.',

  'why.claim.bound': 'Claim {name} is bound to volume {volume}.',
  'why.claim.consumer':
    'Claim {name} waits for the first pod that uses it: its class {storageClass} binds only then, so that the volume is where the pod is.',
  'why.claim.provisioner':
    'Claim {name} waits for the provisioner of class {storageClass} (pod {pod}).',
  'why.claim.provisioning':
    'No volume can be made for claim {name} by class {storageClass}: {message}',
  'why.claim.noclass':
    'Claim {name} asks for the storage class {storageClass}, which does not exist (there is: {near}).',
  'why.claim.novolume':
    'Claim {name} waits for a volume of class {storageClass} with {asked} and {modes}: there is none, and nobody makes one.',
  'why.claim.small': 'Claim {name} asks for {asked}; volume {volume} has only {capacity}.',
  'why.claim.mode': 'Claim {name} asks for {modes}; volume {volume} offers {offered}.',
  'why.claim.class': 'Claim {name} has the class {storageClass}; volume {volume} has {theirs}.',
  'why.claim.mismatch': 'Claim {name} does not fit volume {volume}: {mismatch}.',
  'why.claim.inuse': 'Claim {name} is deleted but stays while pod {pod} uses it.',

  'why.service': 'Service {name} ({type}) sends {ip}:{port} to {n} ready pods with {selector}.',
  'why.service.nodeport':
    'Service {name} answers on port {nodePort} of every node and sends it to {n} ready pods with {selector}.',
  'why.service.balanced':
    'Service {name} answers on {address}:{port} and sends it to {n} ready pods with {selector}.',
  'why.service.external':
    'Service {name} is another name for {host}: DNS answers with it, nothing is forwarded.',
  'why.service.manual':
    'Service {name} has no selector: whoever made it writes its endpoints by hand.',
  'why.dns.down':
    'No pod of CoreDNS is ready, so no name in the cluster resolves, not even {host}.',
  'why.call.policy':
    'NetworkPolicy {policy} lets others in to {service}, but not Pod {name} (port {port}).',
  'why.fix.policy.client': 'let {client} in on port {port}',
  'why.service.missing': 'There is no Service {name}, so its name does not resolve.',
  'why.service.selector':
    'Service {name} selects {selector}, which no pod has; the nearest is {pod} with {near}.',
  'why.service.nopods':
    'Service {name} selects {selector}, and there is no such pod: it has no endpoints, connections are refused.',
  'why.service.namespace':
    'Service {name} selects {selector} in namespace {here}; such pods are in {there} ({pod}). A Service sees only its own namespace.',
  'why.service.notready':
    'Service {name} has no endpoints: of {pods} pods with {selector} none is ready.',
  'why.service.settling':
    'The endpoints of Service {name} are about to appear: {pods} pods with {selector} have just become ready.',
  'why.service.targetport':
    'Service {name} sends port {port} to port {target} of its pods, where nothing listens: connections are refused. {pod} listens on {listens}.',
  'why.service.portname':
    'Service {name} sends to the port named {port}, which {pod} does not have (nearest: {near}): it has no endpoints.',
  'why.service.policy':
    'NetworkPolicy {policy} lets nobody reach the pods of Service {name} on port {port}: connections time out.',
  'why.service.pending':
    'Service {name} waits for an address: nothing in this cluster makes load balancers. Its node port {nodePort} works.',
  'why.ingress': 'Ingress {name} sends {paths} to its Services from {address}.',
  'why.ingress.address':
    'Ingress {name} ({hosts}) has just been taken up; its address will be written soon.',
  'why.ingress.class':
    'Nobody serves Ingress {name}: its class {ingressClass} does not exist (there is: {known}). Requests end in 404.',
  'why.ingress.service':
    'Ingress {name} sends {where} to the Service {service}, which does not exist (nearest: {near}): 503.',
  'why.ingress.namespace':
    'Ingress {name} sends {where} to the Service {service}, which is in namespace {there}; an Ingress sees only its own ({here}): 503.',
  'why.ingress.port':
    'Ingress {name} sends {where} to port {port} of Service {service}, which has: {known}.',
  'why.ingress.backend':
    'Ingress {name} sends {where} to Service {service}, which does not answer.',

  'why.deployment.done': 'Deployment {name} is as wanted: {ready} of {wanted} pods ready.',
  'why.deployment.zero': 'Deployment {name} has no pods because it asks for none (replicas: 0).',
  'why.deployment.paused':
    'The rollout of Deployment {name} is paused: {updated} of {wanted} pods are updated, and it goes on when resumed.',
  'why.deployment.held':
    'Deployment {name} does not get on: {ready} of {wanted} pods are ready, {updated} are updated (maxSurge {surge}, maxUnavailable {unavailable}).',
  'why.deployment.stuck':
    'The rollout of Deployment {name} made no progress for {seconds} s (ProgressDeadlineExceeded): {updated} of {wanted} updated, {available} available.',
  'why.deployment.rolling':
    'Deployment {name} is on its way: {updated} of {wanted} pods updated, {ready} ready (maxSurge {surge}, maxUnavailable {unavailable}).',
  'why.replicaset.done': 'ReplicaSet {name} has its {wanted} pods.',
  'why.replicaset.zero':
    'ReplicaSet {name} belongs to a revision that is not wanted any more (replicas: 0).',
  'why.replicaset.held': 'ReplicaSet {name} has {ready} of {wanted} pods ready.',
  'why.statefulset.done': 'StatefulSet {name} has its {wanted} pods ready.',
  'why.statefulset.held': 'StatefulSet {name} has {ready} of {wanted} pods ready; {pod} is not.',
  'why.statefulset.waits':
    'StatefulSet {name} starts its pods one after the other: {next} waits until {pod} is ready ({ready} of {wanted}).',
  'why.daemonset.done':
    'DaemonSet {name} has its pod on all {wanted} nodes that its template allows.',
  'why.daemonset.held': 'DaemonSet {name} has {ready} of {wanted} pods ready.',
  'why.daemonset.taint':
    'DaemonSet {name} runs on {wanted} of {nodes} nodes: it does not tolerate {taint}, so it leaves out {left}.',
  'why.daemonset.label':
    'DaemonSet {name} runs on {wanted} of {nodes} nodes: {left} lack the label {label}.',
  'why.job.complete': 'Job {name} is done: {succeeded} of {completions} completions.',
  'why.job.active': 'Job {name} is at work: {succeeded} of {completions} completions.',
  'why.job.held':
    'Job {name} does not get on: {succeeded} of {completions} completions, {failed} pods failed.',
  'why.job.backoff':
    'Job {name} gave up: {failed} pods failed, more than backoffLimit {limit} allows.',
  'why.job.failed': 'Job {name} failed: {reason}',
  'why.job.deadline':
    'Job {name} was stopped after {seconds} s (activeDeadlineSeconds) with {succeeded} of {completions} completions.',
  'why.job.suspended': 'Job {name} is suspended: it has no pods until suspend is false.',
  'why.cronjob': 'CronJob {name} runs at {schedule} ({zone}); last {last} s ago, {active} at work.',
  'why.cronjob.never': 'CronJob {name} has not run yet: its time {schedule} ({zone}) has not come.',
  'why.cronjob.suspended': 'CronJob {name} does not run because it is suspended.',
  'why.cronjob.failing': 'CronJob {name} runs at {schedule}, but its Jobs fail.',
  'why.hpa':
    'Autoscaler {name} keeps {target} at {desired} replicas: {metric} of {goal} wanted, between {min} and {max}.',
  'why.hpa.new': 'Autoscaler {name} has not looked at {target} yet; it does every 15 s.',
  'why.hpa.max':
    'Autoscaler {name} would like more replicas of {target} but may not go beyond {max}: {metric} of {goal} wanted.',
  'why.hpa.target': 'Autoscaler {name} scales {target}, which does not exist (nearest: {near}).',
  'why.hpa.zero':
    'Autoscaler {name} does nothing because {target} is at 0 replicas, which switches it off.',
  'why.hpa.requests':
    'Autoscaler {name} cannot tell how busy {target} is: container {container} has no {resource} request, and utilisation is a share of the request.',
  'why.hpa.metrics': 'Autoscaler {name} gets no figures for {target}: {message}',
  'why.metrics.off': 'metrics-server has no ready pod, so nothing is measured.',

  'why.node.unknown':
    'Nothing has been heard from the kubelet of {name}; Ready has been Unknown for {seconds} s. The control plane cannot tell a dead machine from a cut cable, so it waits before it replaces anything.',
  'why.node.power': 'The machine {name} has no power.',
  'why.node.cut': 'The link between {from} and {to} is cut, so the kubelet of {name} is not heard.',
  'why.node.cordoned': '{name} is cordoned: running pods stay, no new pod is placed on it.',
  'why.node.draining': '{name} is cordoned, and pods on it may not be evicted.',
  'why.node.ready': '{name} is Ready: its kubelet renews its lease every 10 s.',
  'why.node.memory':
    '{name} is short of memory (MemoryPressure): its kubelet ends pods until 100Mi are free, and for five minutes after that new pods without requests stay away.',
  'why.node.hog':
    'Pod {name} used {used} of memory and had asked for {request}; of the {has} of {node}, {available} were left. The scheduler counts requests, not use, so it had placed more there than fits.',
  'why.node.notready': '{name} is not ready: {reason}.',
  'why.budget.ok':
    'Budget {name} allows {allowed} disruptions: {healthy} pods are healthy, {desired} must stay so.',
  'why.budget.none': 'Budget {name} covers no pods.',
  'why.budget.full':
    'PodDisruptionBudget {name} allows no eviction now: {healthy} of {expected} pods are healthy, and {desired} must stay so.',
  'why.namespace.deleting': 'Namespace {name} is being emptied. {message}',
  'why.namespace.stuck': 'Namespace {name} cannot go while {kind} {object} is in it. {message}',

  'why.refused': 'The API server refused {name}: {message}',
  'why.refused.quota':
    'ResourceQuota {quota} does not allow it: {requested} is asked for, {used} is used, the limit is {limited}.',
  'why.refused.unspecified':
    'ResourceQuota {quota} counts what pods ask for, so each pod must say it: {missing}.',
  'why.refused.limit':
    'A LimitRange sets the {bound} {resource} of a {per} to {limit}; {what} is {asked}.',
  'why.refused.podsecurity':
    'The namespace enforces the Pod Security level {level}, which this violates: {violations}',
  'why.refused.webhook': 'Admission webhook {webhook} denied it: {message}',
  'why.refused.webhook.down':
    'Admission webhook {webhook} must be asked and does not answer: {message}',
  'why.refused.policy': 'ValidatingAdmissionPolicy {policy} denied it: {message}',
  'why.refused.rbac':
    '{user} may not {verb} {resource}: no role grants it (namespace: {namespace}).',
  'why.refused.account':
    'ServiceAccount {account} does not exist in namespace {namespace}, so pods that use it are refused.',

  'why.fix.power': 'give {node} its power back',
  'why.fix.mend': 'mend the link between {from} and {to}',
  'why.fix.machine': 'add a machine',
  'why.fix.registry': 'let the registry answer again',
  'why.fix.copy': 'make a copy of {kind} {what} in {here}',
  'why.fix.host': 'let {container} call {host}',
  'why.fix.request': 'ask for {value} {resource} in {container}',
  'why.fix.request.set': 'state a {resource} request of {value} for {container}',
  'why.fix.resources': 'state requests and limits',
  'why.fix.memory': 'give {container} a memory limit of {value}',
  'why.fix.scale.down': 'be content with {n} replicas',
  'why.fix.resize.back': 'ask for what it has now',
  'why.fix.scale.none': 'stop {what}',
  'why.fix.scale.up': 'have {n} replicas',
  'why.fix.tolerate': 'tolerate {taint}',
  'why.fix.untaint': 'take the taint {taint} off {node}',
  'why.fix.uncordon': 'let {node} take pods again',
  'why.fix.label.node': 'give {node} the label {label}',
  'why.fix.label.pod': 'give {pod} the label {label}',
  'why.fix.nodeselector': 'select {label}',
  'why.fix.nodeselector.drop': 'do without {label}',
  'why.fix.drop': 'do without {field}',
  'why.fix.scheduler': 'use the default scheduler',
  'why.fix.claim.name': 'use the claim {claim}',
  'why.fix.claim.class': 'make the claim anew with class {storageClass}',
  'why.fix.claim.size': 'make the claim anew with {value}',
  'why.fix.claim.mode': 'make the claim anew with {mode}',
  'why.fix.create': 'create {kind} {what}',
  'why.fix.rename': 'use the {kind} {what}',
  'why.fix.key': 'add the key {key} to {kind} {what}',
  'why.fix.key.use': 'use the key {key}',
  'why.fix.user': 'run {container} as a user that is not root',
  'why.fix.env': 'set {variable} in {container}',
  'why.fix.command': 'let {container} run what its image says ({image})',
  'why.fix.undo': 'go back to the revision before',
  'why.fix.image': 'use {image}',
  'why.fix.pullpolicy': 'allow the image to be fetched',
  'why.fix.probe.port': 'let {probe} ask port {port}',
  'why.fix.probe.path': 'let {probe} ask {path}',
  'why.fix.probe.delay': 'let {probe} wait {seconds} s',
  'why.fix.probe.drop': 'do without {probe}',
  'why.fix.init.drop': 'do without the init container {container}',
  'why.fix.selector': 'select {label}',
  'why.fix.external': 'let the Service be a name for {host}',
  'why.fix.targetport': 'send to port {port}',
  'why.fix.nodeport': 'be content with a node port',
  'why.fix.policy.allow': 'let pods of the namespace reach port {port}',
  'why.fix.policy.drop': 'take {policy} away',
  'why.fix.ingress.class': 'use the class {ingressClass}',
  'why.fix.ingress.service': 'send to the Service {service}',
  'why.fix.ingress.port': 'send to port {port}',
  'why.fix.resume': 'resume the rollout',
  'why.fix.unsuspend': 'end the suspension',
  'why.fix.deadline': 'make the Job anew with {seconds} s of time',
  'why.fix.hpa.max': 'allow {n} replicas',
  'why.fix.hpa.target': 'scale {target}',
  'why.fix.budget': 'let one more pod be away',
  'why.fix.finalizer': 'take the finalizers away ({finalizer}): what they guard is not cleaned up',
  'why.fix.scratch':
    'let {pod} use scratch space (emptyDir) instead: what is on the claim goes with it',
  'why.fix.delete.pod': 'delete {pod}',
  'why.fix.delete.force':
    'delete it without waiting for the kubelet: only safe if the machine is off',
  'why.fix.quota': 'raise {quota} to {value}',
  'why.fix.limitrange': 'raise {range} to {value}',
  'why.fix.security': 'meet the level {level}',
  'why.fix.psa': 'lower the level of {namespace} to {level}',
  'why.fix.webhook': 'take the webhook {webhook} away',
  'why.fix.rbac': 'let {user} {verb} {resource}',
} as const
