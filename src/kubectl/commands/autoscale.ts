/** `kubectl autoscale`. @source staging/src/k8s.io/kubectl/pkg/cmd/autoscale/autoscale.go */
import type { AnyObject } from '../../cluster/api/object.ts'
import type { Command } from '../command.ts'
import { groupVersion } from '../discovery.ts'
import { CliError, throwAll } from '../errors.ts'
import { outputFlags } from '../printers/output.ts'
import { fetchInfos, fileFlags } from '../resource.ts'
import {
  createObject,
  dryRunFlag,
  fieldManagerFlag,
  operationPrinter,
  recorded,
  recordFlag,
  saveConfigFlag,
  withSavedConfig,
} from '../writes.ts'

/** Makes a HorizontalPodAutoscaler for a workload. */
export const autoscale: Command = {
  name: 'autoscale',
  use: 'autoscale (-f FILENAME | TYPE NAME | TYPE/NAME) [--min=MINPODS] --max=MAXPODS [--cpu-percent=CPU] [options]',
  short: 'Auto-scale a deployment, replica set, stateful set, or replication controller',
  examples: '# Between 2 and 10 pods\nkubectl autoscale deployment foo --min=2 --max=10',
  flags: [
    ...outputFlags,
    ...fileFlags,
    dryRunFlag,
    recordFlag,
    saveConfigFlag,
    fieldManagerFlag('kubectl-autoscale'),
    {
      name: 'cpu-percent',
      kind: 'int',
      default: '-1',
      usage: 'The target average CPU utilization over all the pods, in percent of requested CPU.',
    },
    {
      name: 'cpu',
      kind: 'string',
      usage:
        'Target CPU over all the pods: a percentage of the requests ("70%") or a quantity ("500m").',
    },
    {
      name: 'memory',
      kind: 'string',
      usage:
        'Target memory over all the pods: a percentage of the requests ("60%") or a quantity ("512Mi").',
    },
    {
      name: 'max',
      kind: 'int',
      default: '-1',
      usage: 'The upper limit for the number of pods. Required.',
    },
    { name: 'min', kind: 'int', default: '-1', usage: 'The lower limit for the number of pods.' },
    { name: 'name', kind: 'string', usage: 'The name for the newly created object.' },
  ],
  *run(k) {
    const f = k.flags
    const max = f.int('max')
    const min = f.int('min')
    const cpu = f.int('cpu-percent')
    if (!f.changed('max')) throw new CliError('required flag(s) "max" not set')
    if (max < 1) throw new CliError(`--max=MAXPODS is required and must be at least 1, max: ${max}`)
    if (max < min)
      throw new CliError(
        `--max=MAXPODS must be larger or equal to --min=MINPODS, max: ${max}, min: ${min}`,
      )
    if (f.changed('cpu-percent') && f.changed('cpu'))
      throw new CliError('--cpu-percent and --cpu are mutually exclusive')
    const metrics = [
      ...metric('cpu', f.string('cpu'), 'm'),
      ...metric('memory', f.string('memory'), 'Mi'),
    ]
    const errors: unknown[] = []
    const infos = yield* fetchInfos(k, { args: k.args }, errors)
    throwAll(errors)
    for (const info of infos) {
      const { mapping } = info
      if (!mapping.subresources.includes('scale'))
        throw new CliError(
          `cannot autoscale a ${mapping.kind}: could not find scale subresource for ${groupVersion(mapping)}, Resource=${mapping.plural} in discovery information`,
        )
      const apiVersion = metrics.length > 0 ? 'autoscaling/v2' : 'autoscaling/v1'
      const built = {
        apiVersion,
        kind: 'HorizontalPodAutoscaler',
        metadata: {
          creationTimestamp: null,
          name: f.string('name') || info.name,
        },
        spec: {
          maxReplicas: max,
          ...(min > 0 ? { minReplicas: min } : {}),
          scaleTargetRef: {
            apiVersion: groupVersion(mapping),
            kind: mapping.kind,
            name: info.name,
          },
          ...(metrics.length > 0 ? { metrics } : {}),
          ...(cpu >= 0 ? { targetCPUUtilizationPercentage: cpu } : {}),
        },
        status: { currentReplicas: 0, desiredReplicas: 0 },
      }
      const object = withSavedConfig(k, recorded(k, built as unknown as AnyObject))
      const printer = operationPrinter(k, 'autoscaled', true)
      if (k.dryRun() === 'client') printer.print(object)
      else {
        const hpa = yield* k.mappingOfKind(apiVersion, 'HorizontalPodAutoscaler')
        if (!hpa)
          throw new CliError(
            `no matches for kind "HorizontalPodAutoscaler" in version "${apiVersion}"`,
          )
        printer.print(
          yield* createObject(k, {
            mapping: hpa,
            namespace: k.namespace,
            name: info.name,
            object,
            source: '',
          }),
        )
      }
      printer.flush()
    }
    return undefined
  },
}

/** The metric of `--cpu` or `--memory`; a number alone is in `unit`. @throws CliError */
function metric(name: string, value: string, unit: string): object[] {
  if (value === '') return []
  const percent = /^(\d+)%$/.exec(value)
  if (!percent && !/^\d+(\.\d+)?(m|[kMGTP]i?)?$/.test(value))
    throw new CliError(`invalid value for --${name}: ${value}`)
  const target = percent
    ? { averageUtilization: Number(percent[1]), type: 'Utilization' }
    : { averageValue: /^\d+$/.test(value) ? `${value}${unit}` : value, type: 'AverageValue' }
  return [{ resource: { name, target }, type: 'Resource' }]
}
