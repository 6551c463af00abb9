/**
 * `kubectl create deployment`, `job` and `cronjob`.
 * @source staging/src/k8s.io/kubectl/pkg/cmd/create/create_deployment.go, create_job.go, create_cronjob.go
 */
import type { CronJob, JobTemplateSpec } from '../../../cluster/api/generated/types.ts'
import type { Command } from '../../command.ts'
import { CliError } from '../../errors.ts'
import type { Invocation } from '../../invocation.ts'
import { getObject, resolveTargets } from '../../resource.ts'
import { commandArguments, generatorCommand, type Json, metadataOf } from './generator.ts'

/** `create deployment`. */
export const deployment: Command = generatorCommand({
  name: 'deployment',
  aliases: ['deploy'],
  use: 'NAME --image=image -- [COMMAND] [args...] [options]',
  short: 'Create a deployment with the specified name',
  examples:
    '# Create a deployment that runs three nginx pods\nkubectl create deployment web --image=nginx --replicas=3',
  flags: [
    { name: 'image', kind: 'strings', usage: 'Image names to run.' },
    {
      name: 'port',
      kind: 'int',
      default: '-1',
      usage: 'The containerPort that this deployment exposes.',
    },
    {
      name: 'replicas',
      short: 'r',
      kind: 'int',
      default: '1',
      usage: 'Number of replicas to create.',
    },
  ],
  required: ['image'],
  failure: () => 'failed to create deployment: ',
  build(k, name) {
    const images = k.flags.strings('image')
    const command = commandArguments(k)
    const replicas = k.flags.int('replicas')
    if (images.length > 1 && command.length > 0)
      throw new CliError('cannot specify multiple --image options and command')
    const labels = { app: name }
    const port = k.flags.int('port')
    const containers = images.map((image, i) => ({
      ...(command.length > 0 ? { command } : {}),
      image,
      name: containerName(image),
      ...(port >= 0 && i === 0 ? { ports: [{ containerPort: port }] } : {}),
      resources: {},
    }))
    return {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: metadataOf(name, labels),
      spec: {
        replicas,
        selector: { matchLabels: labels },
        strategy: {},
        template: { metadata: { creationTimestamp: null, labels }, spec: { containers } },
      },
      status: {},
    }
  },
})

/** The name a container gets from its image: the last part of the path, without tag and digest. */
function containerName(image: string): string {
  const last = image.split('/').at(-1) as string
  const bare = last.split(':')[0]?.split('@')[0] as string
  if (!/[_.]/.test(bare)) return bare
  return `${bare.replace(/[_.]/g, '-')}-${suffixOf(bare)}`
}

/** Five characters that stand in for chance, always the same for the same image. */
function suffixOf(text: string): string {
  const alphabet = 'bcdfghjklmnpqrstvwxz2456789'
  let n = 7
  for (const c of text) n = (n * 31 + (c.codePointAt(0) ?? 0)) % 14_348_907
  let out = ''
  for (let i = 0; i < 5; i++) {
    out += alphabet[n % 27]
    n = Math.floor(n / 27)
  }
  return out
}

/** `create job`. */
export const job: Command = generatorCommand({
  name: 'job',
  use: 'NAME --image=image [--from=cronjob/name] -- [COMMAND] [args...] [options]',
  short: 'Create a job with the specified name',
  examples: '# Create a job from a cron job\nkubectl create job test-job --from=cronjob/a-cronjob',
  flags: [
    { name: 'from', kind: 'string', usage: 'The resource to create the Job from (only cronjob).' },
    { name: 'image', kind: 'string', usage: 'Image name to run.' },
  ],
  failure: () => 'failed to create job: ',
  *build(k, name) {
    const image = k.flags.string('image')
    const from = k.flags.string('from')
    const command = commandArguments(k)
    if ((image === '') === (from === ''))
      throw new CliError('either --image or --from must be specified')
    if (command.length > 0 && from !== '') throw new CliError('cannot specify --from and command')
    if (from) return yield* jobFrom(k, name, from)
    return {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: metadataOf(name),
      spec: {
        template: {
          metadata: { creationTimestamp: null },
          spec: podSpec(name, image, command, 'Never'),
        },
      },
      status: {},
    }
  },
})

function podSpec(name: string, image: string, command: string[], restartPolicy: string): Json {
  const container = {
    ...(command.length > 0 ? { command } : {}),
    image,
    name,
    resources: {},
  }
  return { containers: [container], restartPolicy }
}

function* jobFrom(k: Invocation, name: string, from: string) {
  const targets = yield* resolveTargets(k, { args: [from] })
  const target = targets[0]
  if (!target?.name) throw new CliError(`from must be an existing cronjob`)
  const object = yield* getObject(k, { ...target, name: target.name })
  if (object.kind !== 'CronJob') throw new CliError(`unknown object type *v1.${object.kind}`)
  const cron = object as unknown as CronJob
  const template = (cron.spec?.jobTemplate ?? {}) as JobTemplateSpec
  const owner = {
    apiVersion: 'batch/v1',
    controller: true,
    kind: 'CronJob',
    name: cron.metadata.name,
    uid: cron.metadata.uid,
  }
  const annotations = {
    'cronjob.kubernetes.io/instantiate': 'manual',
    ...template.metadata?.annotations,
  }
  const labels = template.metadata?.labels
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      annotations,
      creationTimestamp: null,
      ...(labels ? { labels } : {}),
      name,
      ownerReferences: [owner],
    },
    spec: template.spec,
    status: {},
  } as Json
}

/** `create cronjob`. */
export const cronjob: Command = generatorCommand({
  name: 'cronjob',
  aliases: ['cj'],
  use: "NAME --image=image --schedule='0/5 * * * ?' -- [COMMAND] [args...] [flags] [options]",
  short: 'Create a cron job with the specified name',
  examples:
    "# Run a job every minute\nkubectl create cronjob tick --image=busybox --schedule='*/1 * * * *'",
  flags: [
    { name: 'image', kind: 'string', usage: 'Image name to run.' },
    {
      name: 'restart',
      kind: 'string',
      usage: "Job's restart policy. supported values: OnFailure, Never",
    },
    {
      name: 'schedule',
      kind: 'string',
      usage: 'A schedule in the Cron format the job should be run with.',
    },
  ],
  failure: () => 'failed to create cronjob: ',
  build(k, name) {
    const { flags } = k
    const image = flags.string('image')
    if (!image) throw new CliError('--image must be specified')
    if (!flags.string('schedule')) throw new CliError('required flag(s) "schedule" not set')
    const restart = flags.string('restart') || 'OnFailure'
    return {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: metadataOf(name),
      spec: {
        jobTemplate: {
          metadata: metadataOf(name),
          spec: {
            template: {
              metadata: { creationTimestamp: null },
              spec: podSpec(name, image, commandArguments(k), restart),
            },
          },
        },
        schedule: flags.string('schedule'),
      },
      status: {},
    }
  },
})
