/**
 * `kubectl set image`, `resources`, `serviceaccount` and `selector`.
 * @source staging/src/k8s.io/kubectl/pkg/cmd/set/set_image.go, set_resources.go, set_serviceaccount.go, set_selector.go
 */
import type { AnyObject } from '../../../cluster/api/object.ts'
import type { Command } from '../../command.ts'
import { goType } from '../../discovery.ts'
import { CliError, throwAll } from '../../errors.ts'
import { hasFiles, type Info, nothingNamed } from '../../resource.ts'
import { operationPrinter, patchObject, recordFlag } from '../../writes.ts'
import { parseResources } from '../create/generator.ts'
import { labelSelectorOf } from '../create/small.ts'
import {
  mapContainers,
  matching,
  podSpecOf,
  saveChanges,
  setFlags,
  setTargets,
  splitPairs,
  withPodSpec,
} from './template.ts'

function noTemplate(info: Info): CliError {
  return new CliError(
    `${info.mapping.plural}/${info.name} the object is not a pod or does not have a pod template: ${goType(info.mapping)}`,
  )
}

/** `set image`. */
export const setImage: Command = {
  name: 'image',
  use: 'image (-f FILENAME | TYPE NAME) CONTAINER_NAME_1=CONTAINER_IMAGE_1 ... CONTAINER_NAME_N=CONTAINER_IMAGE_N [options]',
  short: 'Update the image of a pod template',
  examples: '# Set the image of one container\nkubectl set image deployment/nginx nginx=nginx:1.28',
  flags: [...setFlags, recordFlag],
  *run(k) {
    const { resources, pairs } = splitPairs(k.args, false)
    const infos = yield* setTargets(k, resources)
    if (pairs.length === 0) throw new CliError('at least one image update is required')
    const images = pairs.map((p) => {
      const eq = p.indexOf('=')
      return [p.slice(0, eq), p.slice(eq + 1)] as const
    })
    const errors: CliError[] = []
    const changes = []
    for (const info of infos) {
      const pod = podSpecOf(info.object)
      if (!pod) {
        errors.push(noTemplate(info))
        continue
      }
      let after = pod
      let missing = false
      for (const [name, image] of images) {
        const all = [...pod.containers, ...(pod.initContainers ?? [])]
        if (name !== '*' && !all.some((c) => c.name === name)) {
          errors.push(new CliError(`unable to find container named "${name}"`))
          missing = true
          continue
        }
        after = mapContainers(after, true, (c) =>
          name === '*' || c.name === name ? { ...c, image } : c,
        )
      }
      if (!missing) changes.push({ info, after: withPodSpec(info.object, after) })
    }
    yield* saveChanges(
      k,
      changes,
      'image updated',
      'failed to patch image update to pod template: ',
    )
    throwAll(errors)
    return undefined
  },
}

/** `set resources`. */
export const setResources: Command = {
  name: 'resources',
  use: 'resources (-f FILENAME | TYPE NAME)  ([--limits=LIMITS & --requests=REQUESTS] [options]',
  short: 'Update resource requests/limits on objects with pod templates',
  examples:
    '# Set limits of one container\nkubectl set resources deployment nginx -c=nginx --limits=cpu=200m,memory=512Mi',
  flags: [
    ...setFlags,
    recordFlag,
    {
      name: 'containers',
      short: 'c',
      kind: 'string',
      default: '*',
      usage: 'The names of containers in the pod templates to change, may use wildcards.',
    },
    {
      name: 'limits',
      kind: 'string',
      usage: 'The resource limits, such as cpu=100m,memory=256Mi.',
    },
    {
      name: 'requests',
      kind: 'string',
      usage: 'The resource requests, such as cpu=100m,memory=256Mi.',
    },
  ],
  *run(k) {
    const limits = k.flags.string('limits')
    const requests = k.flags.string('requests')
    if (!limits && !requests)
      throw new CliError(
        'you must specify an update to requests or limits (in the form of --requests/--limits)',
      )
    const infos = yield* setTargets(k, k.args)
    const pattern = k.flags.string('containers')
    const changes = []
    const errors: CliError[] = []
    for (const info of infos) {
      const pod = podSpecOf(info.object)
      if (!pod) {
        errors.push(noTemplate(info))
        continue
      }
      if (!pod.containers.some((c) => matching(c.name, pattern))) {
        errors.push(new CliError(`unable to find container named ${pattern}`))
        continue
      }
      const after = mapContainers(pod, true, (c) => {
        if (!matching(c.name, pattern)) return c
        const old = c.resources ?? {}
        return {
          ...c,
          resources: {
            ...old,
            ...(limits ? { limits: { ...old.limits, ...parseResources(limits) } } : {}),
            ...(requests ? { requests: { ...old.requests, ...parseResources(requests) } } : {}),
          },
        }
      })
      changes.push({ info, after: withPodSpec(info.object, after) })
    }
    yield* saveChanges(
      k,
      changes,
      'resource requirements updated',
      'failed to patch resources update to pod template ',
    )
    throwAll(errors)
    return undefined
  },
}

/** `set serviceaccount`. */
export const setServiceAccount: Command = {
  name: 'serviceaccount',
  aliases: ['sa'],
  use: 'serviceaccount (-f FILENAME | TYPE NAME) SERVICE_ACCOUNT [options]',
  short: 'Update the service account of a resource',
  examples:
    '# Run the pods of a deployment under another account\nkubectl set serviceaccount deployment nginx-deployment serviceaccount1',
  flags: [...setFlags, recordFlag],
  *run(k) {
    const name = k.args.at(-1)
    if (!name) throw new CliError('serviceaccount is required')
    if (k.args.length === 1 && !hasFiles(k)) throw nothingNamed()
    const infos = yield* setTargets(k, k.args.slice(0, -1))
    const changes = infos.flatMap((info) => {
      const pod = podSpecOf(info.object)
      if (!pod) return []
      const after = { ...pod, serviceAccount: name, serviceAccountName: name }
      return [{ info, after: withPodSpec(info.object, after) }]
    })
    yield* saveChanges(k, changes, 'serviceaccount updated', 'failed to patch ServiceAccountName ')
    return undefined
  },
}

/** `set selector`. */
export const setSelector: Command = {
  name: 'selector',
  use: 'selector (-f FILENAME | TYPE NAME) EXPRESSIONS [--resource-version=version] [options]',
  short: 'Set the selector on a resource',
  examples:
    "# Point a service at other pods\nkubectl set selector service web 'app=web,slot=green'",
  flags: [
    ...setFlags,
    recordFlag,
    {
      name: 'resource-version',
      kind: 'string',
      usage: 'Only change an object of this resourceVersion.',
    },
  ],
  *run(k) {
    const expression = k.args.at(-1)
    if (k.args.length < 2 && k.flags.strings('filename').length === 0)
      throw new CliError(
        'one or more resources must be specified as <resource> <name> or <resource>/<name>',
      )
    const selector = labelSelectorOf(expression ?? '')
    const infos = yield* setTargets(k, k.args.slice(0, -1))
    for (const info of infos) {
      if (info.mapping.kind !== 'Service')
        throw new CliError('setting a selector is only supported for Services')
      const [e] = selector.matchExpressions ?? []
      if (e)
        throw new CliError(
          `match expression [{${e.key} ${e.operator} [${(e.values ?? []).join(' ')}]}] not supported on this object`,
        )
      const version = k.flags.string('resource-version')
      const next = selector.matchLabels ?? {}
      const old = (info.object.spec as { selector?: Record<string, string> }).selector ?? {}
      const gone = Object.keys(old).filter((key) => next[key] === undefined)
      const patch = {
        ...(version ? { metadata: { resourceVersion: version } } : {}),
        spec: { selector: { ...next, ...Object.fromEntries(gone.map((key) => [key, null])) } },
      }
      const after = { ...info.object, spec: { ...(info.object.spec as object), selector: next } }
      const local = k.dryRun() === 'client' || k.flags.bool('local')
      const object: AnyObject = local ? after : yield* patchObject(k, info, 'merge', patch)
      const printer = operationPrinter(k, 'selector updated')
      printer.print(object)
      printer.flush()
    }
    return undefined
  },
}
