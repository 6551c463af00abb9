/** "为什么"的回答,中文。 */
import type { whyEn } from './why.en.ts'

export const whyZh: Record<keyof typeof whyEn, string> = {
  'why.because': '因为',
  'why.root': '根本原因',
  'why.root.of': '根本原因：{what}',
  'why.rule': '规则',
  'why.happened': '经过',
  'why.fields': '为什么是这个字段值？',
  'why.field.ask': '字段，例如 spec.replicas',
  'why.try': '找出最小的修复',
  'why.trying': '正在集群的副本上尝试……',
  'why.tried': '已在副本上试过',
  'why.tried.works': '有效：{time} 后恢复正常',
  'why.tried.fails': '无效',
  'why.tried.refused': '被拒绝：{message}',
  'why.tried.broke': '有效，但会弄坏 {what}',
  'why.tried.none': '在副本上试过的都没有用。',
  'why.untried': '没有试过：别人对这个集群做的改动太多，日志记不下，无法为它做副本来试',
  'why.proposed': '值得一试，改动最小的在前',
  'why.apply': '执行',
  'why.apply.act': '动手',
  'why.beyond': '为什么改什么都没有用',
  'why.beyond.name':
    '没有什么坏了：从来没有用这个名字创建过对象。请改问 {kind} {near}，或者把缺的创建出来。',
  'why.beyond.never': '没有什么坏了：从来没有用这个名字创建过 {kind}。',
  'why.beyond.machine':
    '问题在机器上，不在对象里：写 API 不能给它通电，也不能接回网线。如果机器再也不会回来，就删除它的 Node。',
  'why.beyond.registry':
    '问题在集群之外，或者就在名字里：这里没有什么能说明本来要的是哪个镜像。请使用镜像仓库里有的镜像。',
  'why.beyond.program':
    'Kubernetes 只能再次启动它：{container} 退出的原因在程序里，或者在给它的东西里（参数、变量、文件），要在那里修。',
  'why.beyond.memory':
    '没有哪个对象能给 {node} 更多内存，加限制只会让 {container} 更早被杀死：程序要少用一些，或者换更大的机器。',
  'why.beyond.load':
    '只有负载能分摊时，增加副本才有用：如果每个 Pod 还是一样忙，无论上限是多少，自动扩缩都会想要更多。',
  'why.beyond.service':
    '这里没有叫 {name} 或名字相近的东西：要先创建应答的工作负载，再创建它的 Service。',
  'why.lines': '还有 {n} 行',
  'why.troubles': '现在的问题',
  'why.troubles.none': '一切正常。',
  'why.troubles.teach':
    '出了问题会列在这里，带着原因，根源排在前面。试一试：把一台机器拖进回收箱，或者给 Deployment 换一个不存在的镜像。',
  'why.refused.line': 'API 服务器拒绝了 {what}。',
  'why.refused.ask': '为什么？',
  'whatif.title': '如果……会怎样',
  'whatif.menu.drain': '如果把它排空？',
  'whatif.menu.delete': '如果把它删除？',
  'whatif.drain': '把它排空',
  'whatif.delete': '把它删除',
  'whatif.zero': '副本数改为 0',
  'whatif.double': '副本数改为 {n}',
  'whatif.restart': '把它重启',
  'whatif.isolate': '用网络策略封住它的 Pod',
  'whatif.ask': '在副本上试一条命令',
  'whatif.run': '试试',
  'whatif.running': '副本正在快进……',
  'whatif.ran': '在副本上快进 {time} 后看到的结果。这里什么都没有改变。',
  'whatif.failed': '命令失败（{code}）：{message}',
  'whatif.nothing': '什么都不会改变。',
  'whatif.created': '新建 {n} 个 {kind}：{names}',
  'whatif.deleted': '消失 {n} 个 {kind}：{names}',
  'whatif.changed': '改变 {n} 个 {kind}：{names}',
  'whatif.moved': '{owner}：{n} 个 Pod 搬家，{from} → {to}',
  'whatif.replaced': '{owner}：{n} 个 Pod 被替换',
  'whatif.downtime': 'Service {name} 有 {time} 没有就绪的端点',
  'whatif.downtime.still': 'Service {name} 从 {time} 起没有就绪的端点，到最后仍然没有',
  'whatif.uptime': '始终可达的 Service:{names}',
  'whatif.evictions': '被 PodDisruptionBudget {name} 拒绝的驱逐：{n} 次',
  'whatif.trouble': '{kind} {name} 会出问题',
  'whatif.mended': '{kind} {name} 会恢复正常',

  'why.gone': '{kind} {name} 不存在。',
  'why.gone.near': '{kind} {name} 不存在；存在的是 {near}。',
  'why.elsewhere': '{kind} {name} 不在命名空间 {here}，而在 {there}。名字只在一个命名空间里查找。',
  'why.deleted': '{kind} {name} 已被 {by} 删除。',
  'why.deleting': '{kind} {name} 正在被删除。',
  'why.object': '{kind} {name} 最后一次写入的样子。',
  'why.object.condition': '{kind} {name} 报告 {condition}（{reason}）。{message}',
  'why.field.set': '{field} 是 {value}：由 {manager} 写入（{by}）。',
  'why.field.changed': '{field} 是 {value}；之前是 {before}，由 {manager} 改成这样（{by}）。',
  'why.field.default': '{field} 是 {value}：没有人写过它，是 API Server 在创建时填的默认值。',
  'why.field.none': '{name} 没有字段 {field}。',
  'why.finalizer':
    '{kind} {name} 已被删除但仍在，因为没有人移除它的 finalizer {finalizer}。放上它的一方必须在清理之后移除它。',

  'why.pod.placed':
    'Pod {name} 运行在 {node}：{all} 个节点中有 {passed} 个通过过滤，{node} 得分最高（{score}）。',
  'why.pod.running': 'Pod {name} 运行在 {node}。',
  'why.pod.settling': 'Pod {name} 刚刚启动，马上就绪。',
  'why.pod.completed': 'Pod {name} 已完成：所有容器都以退出码 0 结束，重启策略不再启动它们。',
  'why.pod.creating': 'Pod {name} 正在 {node} 上创建：{status}。',
  'why.pod.terminating': 'Pod {name} 正在 {node} 上停止；容器有 {seconds} 秒自行结束。',
  'why.pod.terminating.silent':
    '看不到 Pod {name} 是否已结束，因为 {node} 没有回应。在 kubelet 确认之前，API Server 保留它的名字。',
  'why.pod.silent': 'Pod {name} 未就绪，因为它所在的节点 {node} 没有回应。',
  'why.pod.evicted': 'Pod {name} 被从 {node} 驱逐：{message}',
  'why.pod.resize.infeasible': 'Pod {name} 保持原来的大小：请求的比 {node} 的总量还多。{message}',
  'why.pod.resize.deferred':
    'Pod {name} 暂时保持原来的大小：在别的 Pod 离开之前，{node} 容不下新的大小。{message}',
  'why.pod.resize.error': '无法给 Pod {name} 新的大小：{message}',
  'why.pod.deadline': 'Pod {name} 被停止：运行时间超过了 activeDeadlineSeconds（{seconds} 秒）。',
  'why.pod.failed': 'Pod {name} 失败：{status}。{message}',
  'why.pod.gated': 'Pod {name} 还不能调度：设置了调度门 {gate}。',
  'why.pod.gate': 'Pod {name} 在运行，但它的就绪门 {gate} 不是 True。',
  'why.pod.scheduler': 'Pod {name} 要求调度器 {scheduler}，但没有这个名字的调度器在运行。',
  'why.pod.scheduling': 'Pod {name} 在等调度器轮到它。',
  'why.pod.unschedulable': 'Pod {name} 在等待，因为没有合适的节点：{message}',
  'why.pod.nonodes': 'Pod {name} 在等待，因为集群里没有节点。',
  'why.pod.noworkers':
    'Pod {name} 在等待，因为没有工作节点：唯一的节点是控制平面，它的污点挡住普通 Pod。',
  'why.pod.cordoned': 'Pod {name} 在等待，因为所有合适的节点都已封锁：{nodes}。',
  'why.pod.taint': 'Pod {name} 不容忍 {nodes} 的污点 {taint}。',
  'why.pod.unhealthy': 'Pod {name} 在等待：合适的节点（{nodes}）不健康，带有污点 {taint}。',
  'why.pod.nodeselector': 'Pod {name} 要求节点带标签 {label}，但没有节点有它（现有：{near}）。',
  'why.pod.nodeselector.near':
    'Pod {name} 要求节点带标签 {label}，但没有节点有它；有一个节点带 {near}。',
  'why.pod.nodeaffinity': 'Pod {name} 要求节点满足 {term}（必需的节点亲和性），但没有这样的节点。',
  'why.pod.antiaffinity':
    'Pod {name} 不能和同类在一起（反亲和性），而每个节点上都已有一个。{message}',
  'why.pod.affinity':
    'Pod {name} 必须和某些 Pod 在一起（Pod 亲和性），而那些 Pod 没有在任何地方运行。{message}',
  'why.pod.spread': 'Pod {name} 会使拓扑分布太不均匀。{message}',
  'why.pod.ports': 'Pod {name} 要的主机端口在每个节点上都被占用。{message}',
  'why.pod.resources': 'Pod {name} 请求 {asked} {resource}；剩余最多的节点 {node} 只剩 {free}。',
  'why.pod.toolarge': 'Pod {name} 请求 {asked} {resource}；最大的节点一共只有 {has}，永远放不下。',
  'why.pod.claim': 'Pod {name} 在等它的申领 {claim}，申领还没有卷。',
  'why.pod.claim.missing': 'Pod {name} 要用申领 {claim}，但它不存在。',
  'why.pod.mount': 'Pod {name} 已在 {node} 上，但卷 {volume} 挂载不了，所以没有创建容器。{message}',
  'why.pod.init':
    'Pod {name} 卡在 Init 容器 {container}（第 {n} 个，共 {all} 个）；其他容器在它之后启动。',
  'why.pod.init.running':
    'Pod {name} 在等 Init 容器 {container}（第 {n} 个，共 {all} 个）结束；它已运行 {seconds} 秒：{command}',

  'why.container.oom':
    '容器 {container} 需要的内存超过限制 {limit}：被内核杀死（OOMKilled，已重启 {restarts} 次）。',
  'why.container.oom.machine':
    '容器 {container} 没有内存限制，而机器 {node} 已经没有内存：内核杀死了最该让位的进程（OOMKilled）。',
  'why.container.exit':
    '容器 {container} 以退出码 {code} 结束（已重启 {restarts} 次）；kubelet 每次启动前等得更久。它最后说：{words}',
  'why.container.init': 'Init 容器 {container} 以退出码 {code} 结束。它最后说：{words}',
  'why.container.done':
    '容器 {container} 以退出码 0 结束，重启策略又把它启动（已重启 {restarts} 次）。Deployment 适合一直运行的程序；会结束的应当用 Job。',
  'why.container.notfound':
    '容器 {container} 无法运行“{command}”：镜像里没有这个命令（退出码 {code}）。{words}',
  'why.container.create': '容器 {container} 无法创建（{reason}）：{message}',
  'why.image.tag': '镜像仓库里没有 {image}（{reason}）：名字存在，标签不存在。',
  'why.image.repository':
    '镜像仓库不认识 {image}（{reason}）：名字写错了，或者它是私有的而没有给凭据。',
  'why.image.registry': '连不上 {image} 的镜像仓库（{reason}）。{message}',
  'why.image.invalid': '{image} 不是有效的镜像名。{message}',
  'why.image.never': '镜像 {image} 不在节点上，而 imagePullPolicy Never 不允许拉取。',
  'why.config.missing': 'Pod {name} 需要 {kind} {object}，但它在命名空间 {namespace} 里不存在。',
  'why.config.near': 'Pod {name} 需要 {kind} {object}，但它不存在；存在的是 {near}。',
  'why.config.namespace':
    'Pod {name} 需要 {kind} {object}；命名空间 {elsewhere} 里有一个，但 Pod 只能看到自己的命名空间（{namespace}）。',
  'why.config.key': 'Pod {name} 需要 {kind} {object} 的键 {key}；它现有的键：{keys}。',
  'why.config.key.near': 'Pod {name} 需要 {kind} {object} 的键 {key}；没有这个键，有的是 {near}。',
  'why.probe.readiness':
    '容器 {container} 在运行，但就绪探针 {probe} 失败，所以没有 Service 给它流量：{answer}（它监听：{listens}）',
  'why.probe.liveness':
    '容器 {container} 的存活探针 {probe} 失败，所以 kubelet 重启它（已 {restarts} 次）：{answer}（它监听：{listens}）',
  'why.probe.startup':
    '容器 {container} 的启动探针 {probe} 失败，所以在算作已启动之前 kubelet 就重启它：{answer}（它监听：{listens}）',
  'why.probe.readiness.exec':
    '容器 {container} 在运行，但就绪探针的命令没有成功，所以没有 Service 给它流量：{probe}（它输出：{answer}）',
  'why.probe.liveness.exec':
    '容器 {container} 的存活探针命令没有成功，所以 kubelet 重启它（已 {restarts} 次）：{probe}（它输出：{answer}）',
  'why.probe.startup.exec':
    '容器 {container} 的启动探针命令没有成功，所以在算作已启动之前 kubelet 就重启它：{probe}（它输出：{answer}）',
  'why.probe.wait': '容器 {container} 在运行；它的 {kind} 探针 {probe} 还没有通过。',

  'why.claim.bound': '申领 {name} 已绑定到卷 {volume}。',
  'why.claim.consumer':
    '申领 {name} 在等第一个使用它的 Pod：存储类 {storageClass} 到那时才绑定，好让卷和 Pod 在一处。',
  'why.claim.provisioner': '申领 {name} 在等存储类 {storageClass} 的供应者（Pod {pod}）。',
  'why.claim.provisioning': '存储类 {storageClass} 无法为申领 {name} 创建卷：{message}',
  'why.claim.noclass': '申领 {name} 要求存储类 {storageClass}，但它不存在（现有：{near}）。',
  'why.claim.novolume':
    '申领 {name} 在等存储类为 {storageClass}、大小 {asked}、模式 {modes} 的卷：没有这样的卷，也没有人创建。',
  'why.claim.small': '申领 {name} 要求 {asked}；卷 {volume} 只有 {capacity}。',
  'why.claim.mode': '申领 {name} 要求 {modes}；卷 {volume} 提供 {offered}。',
  'why.claim.class': '申领 {name} 的存储类是 {storageClass}；卷 {volume} 的是 {theirs}。',
  'why.claim.mismatch': '申领 {name} 与卷 {volume} 不合：{mismatch}。',
  'why.claim.inuse': '申领 {name} 已被删除但仍在，因为 Pod {pod} 还在使用它。',

  'why.service':
    'Service {name}（{type}）把 {ip}:{port} 的流量送到 {n} 个带 {selector} 的就绪 Pod。',
  'why.service.nodeport':
    'Service {name} 在每个节点的端口 {nodePort} 上应答，并送到 {n} 个带 {selector} 的就绪 Pod。',
  'why.service.balanced':
    'Service {name} 在 {address}:{port} 上应答，并送到 {n} 个带 {selector} 的就绪 Pod。',
  'why.service.external': 'Service {name} 是 {host} 的别名：由 DNS 回答，不转发任何流量。',
  'why.service.manual': 'Service {name} 没有选择器：端点由创建它的人手工填写。',
  'why.dns.down': 'CoreDNS 没有就绪的 Pod，集群里什么名字都解析不了，{host} 也一样。',
  'why.call.policy':
    '网络策略 {policy} 允许别的客户端访问 {service}，但不允许 Pod {name}（端口 {port}）。',
  'why.fix.policy.client': '允许 {client} 访问端口 {port}',
  'why.service.missing': '没有 Service {name}，所以这个名字解析不了。',
  'why.service.selector':
    'Service {name} 选择 {selector}，但没有 Pod 带这些标签；最接近的是 {pod}，它带 {near}。',
  'why.service.nopods':
    'Service {name} 选择 {selector}，但没有这样的 Pod：它没有端点，连接被拒绝。',
  'why.service.namespace':
    'Service {name} 在命名空间 {here} 里选择 {selector}；这样的 Pod 在 {there}（{pod}）。Service 只看自己的命名空间。',
  'why.service.notready': 'Service {name} 没有端点：{pods} 个带 {selector} 的 Pod 都未就绪。',
  'why.service.settling': 'Service {name} 的端点马上出现：{pods} 个带 {selector} 的 Pod 刚刚就绪。',
  'why.service.targetport':
    'Service {name} 把端口 {port} 送到 Pod 的端口 {target}，但那里没有程序监听：连接被拒绝。{pod} 监听 {listens}。',
  'why.service.portname':
    'Service {name} 送到名为 {port} 的端口，但 {pod} 没有这个端口（最接近：{near}）：它没有端点。',
  'why.service.policy':
    'NetworkPolicy {policy} 不让任何人访问 Service {name} 的 Pod 的端口 {port}：连接超时。',
  'why.service.pending':
    'Service {name} 在等一个地址：这个集群里没有负载均衡器的供应者。它的节点端口 {nodePort} 可用。',
  'why.ingress': 'Ingress {name} 从 {address} 把 {paths} 送到它的 Service。',
  'why.ingress.address': 'Ingress {name}（{hosts}）刚被接手，地址马上写入。',
  'why.ingress.class':
    '没有控制器服务 Ingress {name}：它的类 {ingressClass} 不存在（现有：{known}）。请求得到 404。',
  'why.ingress.service':
    'Ingress {name} 把 {where} 送到 Service {service}，但它不存在（最接近：{near}）：503。',
  'why.ingress.namespace':
    'Ingress {name} 把 {where} 送到 Service {service}，它在命名空间 {there}；Ingress 只看自己的命名空间（{here}）：503。',
  'why.ingress.port':
    'Ingress {name} 把 {where} 送到 Service {service} 的端口 {port}；它的端口是：{known}。',
  'why.ingress.backend': 'Ingress {name} 把 {where} 送到 Service {service}，而它没有应答。',

  'why.deployment.done': 'Deployment {name} 符合期望：{wanted} 个 Pod 中 {ready} 个就绪。',
  'why.deployment.zero': 'Deployment {name} 没有 Pod，因为它不要（replicas: 0）。',
  'why.deployment.paused':
    'Deployment {name} 的滚动更新已暂停：{wanted} 个 Pod 中 {updated} 个已更新，恢复后继续。',
  'why.deployment.held':
    'Deployment {name} 停滞不前：{wanted} 个 Pod 中 {ready} 个就绪、{updated} 个已更新（maxSurge {surge}，maxUnavailable {unavailable}）。',
  'why.deployment.stuck':
    'Deployment {name} 的滚动更新 {seconds} 秒没有进展（ProgressDeadlineExceeded）：{wanted} 个中 {updated} 个已更新，{available} 个可用。',
  'why.deployment.rolling':
    'Deployment {name} 正在进行：{wanted} 个 Pod 中 {updated} 个已更新、{ready} 个就绪（maxSurge {surge}，maxUnavailable {unavailable}）。',
  'why.replicaset.done': 'ReplicaSet {name} 的 {wanted} 个 Pod 都在。',
  'why.replicaset.zero': 'ReplicaSet {name} 属于不再需要的版本（replicas: 0）。',
  'why.replicaset.held': 'ReplicaSet {name} 的 {wanted} 个 Pod 中 {ready} 个就绪。',
  'why.statefulset.done': 'StatefulSet {name} 的 {wanted} 个 Pod 都已就绪。',
  'why.statefulset.held': 'StatefulSet {name} 的 {wanted} 个 Pod 中 {ready} 个就绪；{pod} 没有。',
  'why.statefulset.waits':
    'StatefulSet {name} 一个接一个地启动 Pod:{next} 要等 {pod} 就绪（{wanted} 个中 {ready} 个）。',
  'why.daemonset.done': 'DaemonSet {name} 在模板允许的全部 {wanted} 个节点上都有 Pod。',
  'why.daemonset.held': 'DaemonSet {name} 的 {wanted} 个 Pod 中 {ready} 个就绪。',
  'why.daemonset.taint':
    'DaemonSet {name} 运行在 {nodes} 个节点中的 {wanted} 个上：它不容忍 {taint}，所以略过 {left}。',
  'why.daemonset.label':
    'DaemonSet {name} 运行在 {nodes} 个节点中的 {wanted} 个上：{left} 没有标签 {label}。',
  'why.job.complete': 'Job {name} 已完成：{completions} 次中完成 {succeeded} 次。',
  'why.job.active': 'Job {name} 正在工作：{completions} 次中完成 {succeeded} 次。',
  'why.job.held':
    'Job {name} 停滞不前：{completions} 次中完成 {succeeded} 次，{failed} 个 Pod 失败。',
  'why.job.backoff': 'Job {name} 已放弃：{failed} 个 Pod 失败，超过了 backoffLimit {limit}。',
  'why.job.failed': 'Job {name} 失败：{reason}',
  'why.job.deadline':
    'Job {name} 在 {seconds} 秒后被停止（activeDeadlineSeconds），{completions} 次中完成 {succeeded} 次。',
  'why.job.suspended': 'Job {name} 已挂起：在 suspend 变为 false 之前没有 Pod。',
  'why.cronjob':
    'CronJob {name} 按 {schedule}（{zone}）运行；上次在 {last} 秒前，{active} 个在工作。',
  'why.cronjob.never': 'CronJob {name} 还没有运行过：{schedule}（{zone}）的时刻还没到。',
  'why.cronjob.suspended': 'CronJob {name} 不运行，因为它被挂起了。',
  'why.cronjob.failing': 'CronJob {name} 按 {schedule} 运行，但它的 Job 都失败。',
  'why.hpa':
    '自动扩缩 {name} 把 {target} 保持在 {desired} 个副本：{metric}，目标 {goal}，范围 {min} 到 {max}。',
  'why.hpa.new': '自动扩缩 {name} 还没有看过 {target}；它每 15 秒看一次。',
  'why.hpa.max':
    '自动扩缩 {name} 想要更多 {target} 的副本，但不能超过 {max}：{metric}，目标 {goal}。',
  'why.hpa.target': '自动扩缩 {name} 的目标 {target} 不存在（最接近：{near}）。',
  'why.hpa.zero': '自动扩缩 {name} 什么也不做，因为 {target} 的副本数是 0，这会关闭它。',
  'why.hpa.requests':
    '自动扩缩 {name} 看不出 {target} 有多忙：容器 {container} 没有 {resource} 请求，而利用率是请求的百分比。',
  'why.hpa.metrics': '自动扩缩 {name} 得不到 {target} 的指标：{message}',
  'why.metrics.off': 'metrics-server 没有就绪的 Pod，所以没有任何指标。',

  'why.node.unknown':
    '{name} 的 kubelet 没有任何消息；Ready 已 Unknown {seconds} 秒。控制平面分不清机器死了还是网线断了，所以先等待，再做替换。',
  'why.node.power': '机器 {name} 没有电。',
  'why.node.cut': '{from} 和 {to} 之间的链路被切断，所以听不到 {name} 的 kubelet。',
  'why.node.cordoned': '{name} 已封锁：运行中的 Pod 留下，不再放新的 Pod。',
  'why.node.draining': '{name} 已封锁，而它上面的 Pod 不允许被驱逐。',
  'why.node.ready': '{name} 就绪：它的 kubelet 每 10 秒续一次租约。',
  'why.node.memory':
    '{name} 内存不足（MemoryPressure）：kubelet 会逐个结束 Pod，直到有 100Mi 空闲；此后五分钟内，没有写请求的新 Pod 也不会调度过来。',
  'why.node.hog':
    'Pod {name} 用了 {used} 内存，却只请求了 {request}；{node} 共有 {has}，只剩 {available}。调度器看的是请求而不是用量，所以放上去的比装得下的多。',
  'why.node.notready': '{name} 未就绪：{reason}。',
  'why.budget.ok':
    '干扰预算 {name} 允许 {allowed} 个中断：{healthy} 个 Pod 健康，必须保持 {desired} 个。',
  'why.budget.none': '干扰预算 {name} 没有覆盖任何 Pod。',
  'why.budget.full':
    'PodDisruptionBudget {name} 现在不允许驱逐：{expected} 个 Pod 中 {healthy} 个健康，必须保持 {desired} 个。',
  'why.namespace.deleting': '命名空间 {name} 正在清空。{message}',
  'why.namespace.stuck': '只要 {kind} {object} 还在，命名空间 {name} 就无法消失。{message}',

  'why.refused': 'API Server 拒绝了 {name}：{message}',
  'why.refused.quota':
    'ResourceQuota {quota} 不允许：请求 {requested}，已用 {used}，上限 {limited}。',
  'why.refused.unspecified':
    'ResourceQuota {quota} 要统计 Pod 的请求，所以每个 Pod 都必须写明：{missing}。',
  'why.refused.limit':
    'LimitRange 规定 {per} 的 {resource} {bound} 为 {limit}；而 {what} 是 {asked}。',
  'why.refused.podsecurity': '命名空间强制 Pod 安全级别 {level}，这里违反了：{violations}',
  'why.refused.webhook': '准入 Webhook {webhook} 拒绝了：{message}',
  'why.refused.webhook.down': '必须询问准入 Webhook {webhook}，但它没有应答：{message}',
  'why.refused.policy': 'ValidatingAdmissionPolicy {policy} 拒绝了：{message}',
  'why.refused.rbac':
    '{user} 不能 {verb} {resource}：没有角色授予这个权限（命名空间：{namespace}）。',
  'why.refused.account':
    '命名空间 {namespace} 里没有 ServiceAccount {account}，所以使用它的 Pod 被拒绝。',

  'why.fix.power': '给 {node} 恢复供电',
  'why.fix.mend': '接回 {from} 和 {to} 之间的链路',
  'why.fix.machine': '添加一台机器',
  'why.fix.registry': '让镜像仓库重新应答',
  'why.fix.copy': '在 {here} 里创建 {kind} {what} 的副本',
  'why.fix.host': '让 {container} 访问 {host}',
  'why.fix.request': '{container} 只请求 {value} {resource}',
  'why.fix.request.set': '为 {container} 写明 {resource} 请求 {value}',
  'why.fix.resources': '写明请求和限制',
  'why.fix.memory': '把 {container} 的内存限制提高到 {value}',
  'why.fix.scale.down': '只要 {n} 个副本',
  'why.fix.resize.back': '改回现有的大小',
  'why.fix.scale.none': '停掉 {what}',
  'why.fix.scale.up': '要 {n} 个副本',
  'why.fix.tolerate': '容忍 {taint}',
  'why.fix.untaint': '去掉 {node} 的污点 {taint}',
  'why.fix.uncordon': '让 {node} 重新接收 Pod',
  'why.fix.label.node': '给 {node} 加标签 {label}',
  'why.fix.label.pod': '给 {pod} 加标签 {label}',
  'why.fix.nodeselector': '改为选择 {label}',
  'why.fix.nodeselector.drop': '不再要求 {label}',
  'why.fix.drop': '去掉 {field}',
  'why.fix.scheduler': '使用默认调度器',
  'why.fix.claim.name': '使用申领 {claim}',
  'why.fix.claim.class': '用存储类 {storageClass} 重建申领',
  'why.fix.claim.size': '以 {value} 重建申领',
  'why.fix.claim.mode': '以 {mode} 重建申领',
  'why.fix.create': '创建 {kind} {what}',
  'why.fix.rename': '使用 {kind} {what}',
  'why.fix.key': '给 {kind} {what} 加上键 {key}',
  'why.fix.key.use': '使用键 {key}',
  'why.fix.user': '让 {container} 以非 root 用户运行',
  'why.fix.env': '在 {container} 里设置 {variable}',
  'why.fix.command': '让 {container} 运行镜像（{image}）自带的命令',
  'why.fix.undo': '回到上一个版本',
  'why.fix.image': '使用 {image}',
  'why.fix.pullpolicy': '允许拉取镜像',
  'why.fix.probe.port': '让 {probe} 探测端口 {port}',
  'why.fix.probe.path': '让 {probe} 探测 {path}',
  'why.fix.probe.delay': '让 {probe} 先等 {seconds} 秒',
  'why.fix.probe.drop': '去掉 {probe}',
  'why.fix.init.drop': '去掉 Init 容器 {container}',
  'why.fix.selector': '改为选择 {label}',
  'why.fix.external': '让这个 Service 成为 {host} 的别名',
  'why.fix.targetport': '送到端口 {port}',
  'why.fix.nodeport': '只用节点端口',
  'why.fix.policy.allow': '允许命名空间里的 Pod 访问端口 {port}',
  'why.fix.policy.drop': '去掉 {policy}',
  'why.fix.ingress.class': '使用类 {ingressClass}',
  'why.fix.ingress.service': '送到 Service {service}',
  'why.fix.ingress.port': '送到端口 {port}',
  'why.fix.resume': '恢复滚动更新',
  'why.fix.unsuspend': '取消挂起',
  'why.fix.deadline': '以 {seconds} 秒的时限重建 Job',
  'why.fix.hpa.max': '允许 {n} 个副本',
  'why.fix.hpa.target': '改为扩缩 {target}',
  'why.fix.budget': '允许再少一个 Pod',
  'why.fix.finalizer': '移除 finalizer（{finalizer}）：它们看护的东西不会被清理',
  'why.fix.scratch': '让 {pod} 改用临时空间（emptyDir）：申领上的数据会随之消失',
  'why.fix.delete.pod': '删除 {pod}',
  'why.fix.delete.force': '不等 kubelet 直接删除：只有机器确实关机才安全',
  'why.fix.quota': '把 {quota} 提高到 {value}',
  'why.fix.limitrange': '把 {range} 提高到 {value}',
  'why.fix.security': '满足级别 {level}',
  'why.fix.psa': '把 {namespace} 的级别降到 {level}',
  'why.fix.webhook': '去掉 Webhook {webhook}',
  'why.fix.rbac': '允许 {user} {verb} {resource}',
}
