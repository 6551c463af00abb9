/** Lines that the page's kubectl and the real one must answer alike; NS is a namespace of their own. */

/** Many kinds, with what a describer shows of them. */
export const ZOO = `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  replicas: 1
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}, annotations: {note: x}}
    spec:
      terminationGracePeriodSeconds: 5
      nodeSelector: {kubernetes.io/os: linux}
      tolerations: [{key: a, operator: Exists, effect: NoSchedule}]
      affinity:
        podAntiAffinity:
          preferredDuringSchedulingIgnoredDuringExecution:
          - {weight: 1, podAffinityTerm: {topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: db}}}}
      initContainers: [{name: init, image: busybox, command: [sh, -c, "true"]}]
      containers:
      - name: c
        image: redis:7.4
        args: [a, "b c"]
        ports: [{name: redis, containerPort: 6379}]
        livenessProbe: {tcpSocket: {port: redis}, periodSeconds: 5}
        startupProbe: {exec: {command: [sh, -c, "true"]}}
        envFrom: [{configMapRef: {name: settings, optional: true}}, {secretRef: {name: word}, prefix: P_}]
        env:
        - {name: POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
        - {name: CPU, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}
        - {name: K, valueFrom: {secretKeyRef: {name: word, key: password}}}
        volumeMounts: [{name: data, mountPath: /data}, {name: tmp, mountPath: /tmp, readOnly: true}]
      volumes:
      - {name: tmp, emptyDir: {medium: Memory, sizeLimit: 1Mi}}
      - {name: proj, projected: {sources: [{configMap: {name: settings}}, {downwardAPI: {items: [{path: l, fieldRef: {fieldPath: metadata.labels}}]}}]}}
      - {name: host, hostPath: {path: /x, type: DirectoryOrCreate}}
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  updateStrategy: {rollingUpdate: {maxUnavailable: 1}}
  template:
    metadata: {labels: {app: agent}}
    spec: {containers: [{name: c, image: busybox, command: [sleep, "1000"], resources: {requests: {cpu: 1m}}}]}
---
apiVersion: batch/v1
kind: Job
metadata: {name: sum}
spec:
  completions: 2
  parallelism: 1
  backoffLimit: 3
  ttlSecondsAfterFinished: 100000
  template:
    spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [sh, -c, echo hi]}]}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: tick}
spec:
  schedule: "0 3 * * *"
  timeZone: Europe/Berlin
  concurrencyPolicy: Forbid
  suspend: true
  jobTemplate: {spec: {template: {spec: {restartPolicy: OnFailure, containers: [{name: c, image: busybox}]}}}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: edge, annotations: {a: b}}
spec:
  tls: [{hosts: [a.example], secretName: word}]
  defaultBackend: {service: {name: web, port: {number: 80}}}
  rules:
  - host: a.example
    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {name: http}}}}, {path: /x, pathType: Exact, backend: {service: {name: nope, port: {number: 1}}}}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: np}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress, Egress]
  ingress:
  - from: [{podSelector: {matchLabels: {a: b}}, namespaceSelector: {}}, {ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}]
    ports: [{port: 80}, {port: 90, endPort: 95, protocol: UDP}]
  egress: [{}]
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: hpa}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  maxReplicas: 4
  metrics:
  - {type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}
  - {type: Resource, resource: {name: memory, target: {type: AverageValue, averageValue: 100Mi}}}
  behavior: {scaleDown: {stabilizationWindowSeconds: 60, policies: [{type: Pods, value: 1, periodSeconds: 30}]}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: pdb}
spec: {minAvailable: 50%, selector: {matchLabels: {app: web}}}
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: q}
spec: {hard: {pods: "20", requests.cpu: "4", count/configmaps: "10"}}
---
apiVersion: v1
kind: LimitRange
metadata: {name: lr}
spec:
  limits:
  - {type: Container, default: {cpu: 500m}, defaultRequest: {cpu: 10m}, max: {cpu: "2"}, min: {cpu: 1m}, maxLimitRequestRatio: {cpu: "100"}}
  - {type: PersistentVolumeClaim, max: {storage: 5Gi}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: claim}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: r}
rules:
- {apiGroups: ["", apps], resources: [pods, deployments/scale], verbs: [get, list], resourceNames: [a]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: rb}
roleRef: {kind: Role, name: r, apiGroup: rbac.authorization.k8s.io}
subjects: [{kind: ServiceAccount, name: default, namespace: ns-a}, {kind: User, name: jane, apiGroup: rbac.authorization.k8s.io}]
---
apiVersion: v1
kind: Service
metadata: {name: ext}
spec: {type: ExternalName, externalName: example.com}
---
apiVersion: v1
kind: Service
metadata: {name: head, labels: {x: z}}
spec: {clusterIP: None, selector: {app: db}, ports: [{port: 6379, targetPort: redis}], publishNotReadyAddresses: true}
---
apiVersion: v1
kind: Service
metadata: {name: lb}
spec: {type: LoadBalancer, selector: {app: web}, externalTrafficPolicy: Local, ports: [{name: a, port: 80}, {name: b, port: 81, protocol: UDP}], loadBalancerSourceRanges: [10.0.0.0/8]}
---
apiVersion: coordination.k8s.io/v1
kind: Lease
metadata: {name: l}
spec: {holderIdentity: me, leaseDurationSeconds: 5}
`

/** Reading what ZOO made. */
export const MORE_READS = [
  'get sts,ds,job,cj,ing,netpol,hpa,pdb,quota,limits,pvc,role,rolebinding,svc,lease,ep -n ns-a',
  'get sts,ds,job,cj,ing,netpol,hpa,pdb,pvc,svc,rs,pods -n ns-a -o wide',
  'get pv,sc,csinode,csidriver,ingressclass,runtimeclass,csr,vap,mutatingwebhookconfiguration,apiservices,flowschemas,prioritylevelconfigurations,servicecidr,ipaddress',
  'get pv -o wide',
  'get sc -o yaml',
  'get cm -A',
  'get sa -A',
  'get controllerrevisions -n ns-a',
  'get replicationcontrollers -n ns-a',
  'describe job/sum -n ns-a',
  'describe ing/edge -n ns-a',
  'describe netpol/np -n ns-a',
  'describe hpa/hpa -n ns-a',
  'describe pdb/pdb -n ns-a',
  'describe quota/q -n ns-a',
  'describe limits/lr -n ns-a',
  'describe pvc/data-db-0 -n ns-a',
  'describe role/r -n ns-a',
  'describe rolebinding/rb -n ns-a',
  'describe svc/ext -n ns-a',
  'describe svc/head -n ns-a',
  'describe svc/lb -n ns-a',
  'describe lease/l -n ns-a',
  'describe secret/word -n ns-a',
  'describe sa/default -n ns-a',
  'describe ep/web -n ns-a',
  'describe cm/settings -n ns-a',
  'describe pods -l app=agent -n ns-a',
  'describe pods -l job-name=sum -n ns-a',
  'describe pv',
  'describe sc',
  'describe ingressclass',
  'describe priorityclass',
  'describe csinode',
  'describe ns kube-system',
  'describe apiservice v1.apps',
  'describe flowschema exempt',
  'describe prioritylevelconfiguration exempt',
  'describe clusterrole edit',
  'describe clusterrole system:node',
  'describe nodes',
  'describe lease -n kube-node-lease',
  'describe controllerrevision -n ns-a',
  'describe endpointslice -n ns-a',
  'describe csidriver',
  'describe po,svc -n nowhere',
  'get sts db -n ns-a -o json',
  'get job sum -n ns-a -o yaml',
  'get cj tick -n ns-a -o yaml',
  'get hpa hpa -n ns-a -o yaml',
  'get ing edge -n ns-a -o yaml',
  'get svc lb -n ns-a -o yaml',
  'get pvc data-db-0 -n ns-a -o yaml',
  'get pod db-0 -n ns-a -o yaml',
  'get ds agent -n ns-a -o yaml',
  'get quota q -n ns-a -o yaml',
  'get deployments.apps -n ns-a',
  'get deploy.v1.apps web -n ns-a -o name',
  'get pods/db-0 svc/web -n ns-a',
  'get pods db-0 nope -n ns-a',
  'get pod,svc -n ns-a -l app=web',
  'get deployment,service web -n ns-a',
  'get pods -n ns-a --show-labels',
  'get pods -n ns-a -L app,role',
  'get pods -n ns-a --sort-by=.status.podIP -o name',
  'get pods -n ns-a -o jsonpath={.items[0].metadata.labels}',
  'get pods -n ns-a -o jsonpath-as-json={.items[*].status.phase}',
  'get pods -n ns-a --template={{range.items}}{{.status.phase}}{{end}}',
  'get pods -A --field-selector spec.nodeName=node-1 -o name',
  'get pods --chunk-size=1 -n ns-a -o name',
  'get events -n ns-a --field-selector reason=Scheduled',
  'get events -n ns-a --field-selector involvedObject.kind=Job -o custom-columns=R:.reason,M:.message',
  'events -n ns-a --for pod/db-0',
  'events -n ns-a --types=Warning',
  'events -n ns-a --for job/sum --no-headers',
  'get pods -n ns-a -o yaml --selector=app=nothing',
  'get pods -n ns-a -o json -l app=nothing',
  'get nodes -o jsonpath="{.items[*].status.addresses[?(@.type==\'InternalIP\')].address}"',
  'get componentstatuses',
  'get cs',
  'rollout history sts/db -n ns-a',
  'rollout history ds/agent -n ns-a',
  'rollout status sts/db -n ns-a',
  'rollout status ds/agent -n ns-a',
  'rollout status job/sum -n ns-a',
  'rollout history deployment -n ns-a',
  'auth can-i "*" "*"',
  'auth can-i get pods/log',
  'auth can-i get /healthz',
  'auth can-i create deploy.apps -A',
  'auth can-i list nothings',
  'auth can-i get pods --as jane -n ns-a',
  'auth can-i get pod/a --as jane -n ns-a',
  'auth can-i --list --as jane -n ns-a',
  'auth can-i --list -n ns-a --no-headers',
  'auth whoami -o yaml',
  'auth whoami --as jane',
  'auth whoami -o json',
  'explain hpa',
  'explain hpa --api-version=autoscaling/v1',
  'explain ing.spec.rules.http.paths.pathType',
  'explain pods.spec.nope.x',
  'explain pdb.spec.minAvailable',
  'explain node.status.capacity',
  'explain svc.spec.ports',
  'explain --output=nope pods',
  'explain',
  'api-resources --verbs=list,create --namespaced -o name',
  'api-resources --sort-by=kind',
  'api-resources --categories=all',
  'api-resources --cached',
  'api-resources nope',
  'api-versions x',
  'get --raw /apis',
  'get --raw /apis/apps/v1',
  'get --raw /nope',
  'get --raw /api/v1/namespaces/ns-a/pods?limit=1\\&labelSelector=app%3Dnothing',
  'get --raw "/readyz?verbose"',
  'get --raw /livez/ping',
  'get --raw /version/',
  'get --raw /openapi/v3',
  'wait --for=condition=Ready pod/db-0 -n ns-a --timeout=1s',
  'wait --for=jsonpath={.status.phase}=Running pod/db-0 -n ns-a --timeout=1s',
  'wait --for=jsonpath={.status.phase} pod/db-0 -n ns-a --timeout=1s',
  'wait --for=delete pod/nope -n ns-a --timeout=1s',
  'wait --for=condition=Nope pod/db-0 -n ns-a --timeout=0',
  'wait pod/db-0 -n ns-a',
  'wait --for=foo pod/db-0 -n ns-a',
  'wait --for=condition=Complete job --all -n ns-a --timeout=1s',
  'wait --for=create pod/db-0 -n ns-a --timeout=1s',
  'wait --for=condition=Ready pod -l app=nothing -n ns-a --timeout=1s',
]

/** Reaching a kubelet. */
export const MORE_TIMED = [
  'logs db-0 -n ns-a -c init',
  'logs db-0 -n ns-a --all-containers --prefix',
  'logs db-0 -n ns-a -c nope',
  'logs job/sum -n ns-a',
  'logs -l app=nothing -n ns-a',
  'logs db-0 -p -n ns-a',
  'exec db-0 -n ns-a -c nope -- ls',
  'exec db-0 -n ns-a -- nope',
  'exec db-0 -n ns-a -- sh -c "echo out; echo err >&2; exit 7"',
  'exec db-0 -n ns-a',
  'exec db-0 -n ns-a ls',
  'exec nope -n ns-a -- ls',
  'attach nope -n ns-a',
  'cp nope -n ns-a',
  'top pods -n nowhere',
  'port-forward -n ns-a svc/web',
  'port-forward -n ns-a svc/web 81',
  'port-forward -n ns-a svc/web a',
  'port-forward -n ns-a deploy/web a',
  'port-forward -n ns-a deploy/web 99999',
  'port-forward -n ns-a nope 80',
  'port-forward -n ns-a svc/ext 80',
  'port-forward -n ns-a svc/lb 81',
]

/** Slips, odd flags, and what is only tried. */
export const SLIPS = [
  'create deployment a --image=x --dry-run=client -o json',
  'create cm a --from-literal=b=c --dry-run=client -o json',
  'run a --image=x --dry-run=client -o json',
  'create job a --image=x --dry-run=client -o json',
  'create cronjob a --image=x --schedule="* * * * *" --dry-run=client -o yaml',
  'create ingress a --rule=a.b/c=d:80 --default-backend=x:1 --class=k --annotation=a=b --dry-run=client -o json',
  'create role a --verb=get --resource=pods --dry-run=client -o json -n NS',
  'create sa a --dry-run=client -o json',
  'create ns a --dry-run=client -o json',
  'create quota a --hard=pods=1 --dry-run=client -o json',
  'create pdb a --selector=a=b --min-available=1 --dry-run=client -o json -n NS',
  'create priorityclass a --value=1 --description=x --dry-run=client -o json',
  'create secret generic a --from-literal=b=c --dry-run=client -o json',
  'create service nodeport a --tcp=80:8080 --dry-run=client -o json',
  'create clusterrolebinding a --clusterrole=view --user=b --dry-run=client -o json',
  'expose deploy web --port=80 --name=w9 --dry-run=client -o json -n NS',
  'autoscale deploy web --max=3 --dry-run=client -o json -n NS',
  'scale deploy web --replicas=1 --dry-run=client -o name -n NS',
  'set image deploy/web nginx=a --dry-run=client -o jsonpath={.kind} -n NS',
  'label deploy web a=b --dry-run=client -o name -n NS',
  'create deployment a --image=x --dry-run=client -o name',
  'create deployment a --image=x --dry-run=client -o jsonpath={.kind}',
  'rollout history sts/db -n NS -o name',
  'get sts db -n NS -o go-template={{if.spec}}y{{end}}',
  'delete svc head --dry-run=client -n NS',
  'delete svc head -o name --dry-run=client -n NS',
  'delete svc head -o json --dry-run=client -n NS',
  'apply view-last-applied deploy/web -n NS',
  'apply view-last-applied deploy/web -n NS -o json',
  'apply view-last-applied pod/db-0 -n NS',
  'apply set-last-applied -f nope',
  'apply edit-last-applied deploy/nope -n NS',
  'config get-users',
  'config nope',
  'auth can-i get pods -q',
  'auth can-i create pods --subresource=exec',
  'auth can-i use psp/x',
  'auth can-i get nodes -n NS',
  'auth can-i list pods --list',
  'apply',
  'apply --force --server-side -f x',
  'create deployment a --image=x --replicas=-1',
  'create deployment a b --image=x',
  'create configmap',
  'create configmap a --from-literal=x',
  'create configmap a --from-file=nope',
  'create secret generic',
  'create secret tls x',
  'create secret tls x --cert=a --key=b',
  'create secret docker-registry x',
  'create service clusterip x',
  'create service nodeport x --tcp=80:80 --node-port=1 -n NS',
  'create service clusterip x --tcp=a',
  'create job x',
  'create job x --image=y --from=cj/z',
  'create job x --from=cj/nope -n NS',
  'create cronjob x --image=y --schedule=bad -n NS',
  'create ingress x',
  'create ingress x --rule=bad',
  'create ingress x --rule="a/b=c:d" -n NS --dry-run=client -o yaml',
  'create role x',
  'create role x --verb=get',
  'create role x --verb=get --resource=nopes -n NS',
  'create role x --verb=bad --resource=pods -n NS',
  'create clusterrole x --aggregation-rule=a=b --dry-run=client -o yaml',
  'create rolebinding x',
  'create rolebinding x --role=a --clusterrole=b -n NS',
  'create clusterrolebinding x --clusterrole=view --user=a --group=b --serviceaccount=bad',
  'create quota x --hard=bad -n NS',
  'create quota x --hard=pods=1 --scopes=Nope -n NS',
  'create priorityclass x --value=2000000000 --dry-run=server',
  'create pdb x -n NS',
  'create pdb x --selector=a=b --min-available=1 --max-unavailable=1 -n NS',
  'create token nope -n NS',
  'create token default --duration=1s -n NS',
  'create sa',
  'create namespace A_B',
  'run a --image=""',
  'run A_B --image=x -n NS',
  'run a --image=x --restart=Sometimes',
  'run a --image=x --dry-run=maybe',
  'run a --image=x --port=99999 --dry-run=server -n NS',
  'run a --image=x --env=bad -n NS --dry-run=client -o yaml',
  'run a --image=x --labels=a -n NS',
  'expose',
  'expose svc/web -n NS',
  'expose deploy web -n NS',
  'expose deploy web --port=80 -n NS',
  'expose deploy web --port=x -n NS',
  'expose pod nope --port=1 -n NS',
  'expose node node-1 --port=80',
  'expose svc web --port=80 --target-port=http --name=w5 --type=Nope -n NS',
  'scale deploy web --replicas=-1 -n NS',
  'scale ds agent --replicas=1 -n NS',
  'scale job sum --replicas=1 -n NS',
  'scale --replicas=1 -f nope',
  'autoscale deploy web --max=1 --min=2 -n NS',
  'autoscale ds agent --max=2 -n NS',
  'label',
  'label pods',
  'label pod db-0 -n NS',
  'label pod db-0 a=b! -n NS',
  'label pod db-0 a/b/c=d -n NS',
  'label pod db-0 app=x -n NS',
  'label pod db-0 a=b a- -n NS',
  'label pod db-0 nope- -n NS',
  'annotate pod db-0 "a b=c" -n NS',
  'annotate pod db-0 note- nope- -n NS',
  'taint',
  'taint node node-1',
  'taint node node-1 a=b',
  'taint node node-1 a=b:Nope',
  'taint node node-1 a-',
  'taint node nope a=b:NoSchedule',
  'cordon',
  'cordon nope',
  'drain nope',
  'rollout nope',
  'rollout status',
  'rollout status svc/web -n NS',
  'rollout history cm/x -n NS',
  'rollout undo deploy/web --to-revision=9 -n NS',
  'rollout undo deploy/nope -n NS',
  'rollout pause sts/db -n NS',
  'rollout restart svc/web -n NS',
  'rollout restart deploy -l a=b -n NS',
  'set image',
  'set image deploy/web -n NS',
  'set image deploy/web nginx -n NS',
  'set image deploy/web x=y -n NS',
  'set image svc/web a=b -n NS',
  'set env deploy/web -n NS',
  'set env deploy/web A -n NS',
  'set env deploy/web --from=cm/nope -n NS',
  'set resources deploy/web -n NS',
  'set resources deploy/web --limits=cpu=a -n NS',
  'set resources deploy/web --limits=cpu=1 -c nope -n NS',
  'set selector svc/web a=b,c -n NS',
  'set serviceaccount deploy/web -n NS',
  'set serviceaccount deploy/web sa1 --dry-run=client -n NS',
  'set subject rolebinding/rb -n NS',
  'set subject rolebinding/rb --user=x -n NS --dry-run=client',
  'patch',
  'patch deploy web -n NS',
  "patch deploy web -p '{' -n NS",
  "patch deploy web -p '[]' -n NS",
  "patch deploy web --type=nope -p '{}' -n NS",
  "patch deploy web --type=json -p '{}' -n NS",
  "patch deploy nope -p '{}' -n NS",
  "patch deploy web --subresource=nope -p '{}' -n NS",
  'patch deploy web -p \'{"spec":{"replicas":"x"}}\' -n NS',
  'patch deploy web -p \'{"spec":{"nope":1}}\' -n NS',
  'patch svc web -p \'{"spec":{"clusterIP":"1.2.3.4"}}\' -n NS',
  'delete pod',
  'delete pods --all -l a=b -n NS',
  'delete pod nope nope2 -n NS',
  'delete nopes x',
  'delete pod db-0 --grace-period=0 --dry-run=server -n NS',
  'delete pod db-0 --now --grace-period=1 -n NS',
  'delete pod db-0 --cascade=nope -n NS',
  'delete -l a=b',
  'delete pods -l a=b -n NS',
  'delete all -l a=b -n NS',
  'delete -f nope',
  'replace',
  'replace -f nope',
  'edit nope',
  'certificate approve',
  'certificate approve nope',
  'certificate deny nope',
  'auth can-i',
  'auth can-i get',
  'auth can-i get pods x y',
  'auth reconcile',
  'auth reconcile -f nope',
  'config use-context nope',
  'config get-contexts nope',
  'wait',
  'wait pod',
  'wait --for=condition=x',
  'top nope',
  'get pods -o jsonpath={.a',
  'get pods -o go-template={{',
  'get pods -o custom-columns=',
  'get pods -o custom-columns=A',
  'get pods -o wide=1',
  'get pods --sort-by={.a',
  'get pods --watch -o nope',
  'get pods a/b/c',
  'get pods pod/a',
  'get pod/a svc',
  'get pods,nopes',
  'get pods,',
  'get ,pods',
  'get all nope -n NS',
  'get -f nope',
  'get --raw x',
  'get pods --raw /x',
  'get pods -l a=b,c=',
  'get pods -l "!a,b in ()"',
  'get pods -A nope',
  'get pods --field-selector a',
  'get pods --subresource=status',
  'get pods db-0 --subresource=nope -n NS',
  'get deploy web --subresource=scale -n NS',
  'get deploy web --subresource=status -o name -n NS',
  'describe nope',
  'describe pods a b -l x=y',
  'describe -f nope',
  'logs',
  'logs a b c',
  'logs -l a=b x',
  'logs db-0 --since=1s --since-time=2020-01-01T00:00:00Z -n NS',
  'logs db-0 --tail=-2 -n NS',
  'logs svc/ext -n NS',
  'logs cm/settings -n NS',
  'events nope',
  'events --for x',
  'events --types=Nope',
  'diff',
  'diff -f nope',
  'alpha',
  'cp a',
  'cp a b',
  'cp a:b c:d',
  'attach',
  'debug',
  'debug nope',
  'exec',
]
