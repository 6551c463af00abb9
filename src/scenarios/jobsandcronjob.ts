/** A Job that failed for good, and a CronJob that somebody put to sleep. */
import type { Scenario } from './scenario.ts'

const JOBS = `apiVersion: batch/v1
kind: Job
metadata:
  name: migrate
spec:
  backoffLimit: 1
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: migrate
          image: busybox:1.36
          command: [sh, -c, "echo migrating; cat /etc/migration.sql"]
---
apiVersion: batch/v1
kind: CronJob
metadata:
  name: report
spec:
  schedule: "* * * * *"
  suspend: true
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: OnFailure
          containers:
            - name: report
              image: busybox:1.36
              command: [sh, -c, "date; echo all is well"]
`

const AGAIN = 'kubectl create job migrate --image=busybox:1.36 -- sh -c "echo migrating; echo done"'

export const jobsAndCronJob: Scenario = {
  id: 'jobs-and-cronjob',
  title: { en: 'Jobs that end, and one that never begins', zh: '会结束的 Job 和没开始的 Job' },
  about: {
    en: 'A migration failed twice and gave up; a report that should come every minute has never come.',
    zh: '迁移任务失败两次后放弃了；本该每分钟一次的报表从没出现过。',
  },
  level: 'middle',
  minutes: 8,
  picture: 'jobs',
  cluster: { nodes: 2 },
  files: { 'jobs.yaml': JOBS },
  setup: [
    'kubectl apply -f jobs.yaml',
    'kubectl wait job/migrate --for=condition=Failed --timeout=110s',
  ],
  tries: [
    'kubectl get jobs,cronjobs,pods',
    'kubectl logs job/migrate',
    'kubectl describe cronjob report',
  ],
  task: {
    question: {
      en: 'Get the migration to complete (its file does not exist: let it do without) and the report to come. What does the API server say when you edit the failed Job?',
      zh: '让迁移任务完成（它要的文件不存在，去掉即可），让报表按时产生。直接编辑失败的 Job 时，API Server 怎么回答？',
    },
    hints: [
      {
        en: 'kubectl logs job/migrate says what went wrong. backoffLimit says how often it was tried.',
        zh: 'kubectl logs job/migrate 说明了错误；backoffLimit 决定试几次。',
      },
      {
        en: 'The Pod template of a Job cannot be changed: delete the Job and create it anew.',
        zh: 'Job 的 Pod 模板不可修改：删掉重新创建。',
      },
      {
        en: 'See the column SUSPEND of the CronJob. Then let a minute pass.',
        zh: '看 CronJob 的 SUSPEND 列，改好后等一分钟。',
      },
    ],
    goal: ['job/migrate Complete', 'cronjob/report .spec.suspend=false', '2 jobs Complete'],
    solution: [
      'kubectl delete job migrate',
      AGAIN,
      `kubectl patch cronjob report -p '{"spec":{"suspend":false}}'`,
      'kubectl wait job/migrate --for=condition=Complete --timeout=60s',
      'kubectl wait cronjob/report --for=jsonpath={.status.lastSuccessfulTime} --timeout=110s',
    ],
  },
}
