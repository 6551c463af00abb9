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
    saveConfigFlag,
    fieldManagerFlag('kubectl-autoscale'),
    {
      name: 'cpu-percent',
      kind: 'int',
      default: '-1',
      usage: 'The target average CPU utilization over all the pods, in percent of requested CPU.',
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
    const errors: unknown[] = []
    const infos = yield* fetchInfos(k, { args: k.args }, errors)
    throwAll(errors)
    for (const info of infos) {
      const { mapping } = info
      if (!mapping.subresources.includes('scale'))
        throw new CliError(
          `cannot autoscale a ${mapping.group ? `${mapping.kind}.${mapping.group}` : mapping.kind}: no matches for kind "Scale" in group`,
        )
      const built = {
        apiVersion: 'autoscaling/v1',
        kind: 'HorizontalPodAutoscaler',
        metadata: {
          creationTimestamp: null,
          name: f.string('name') || info.name,
          ...(k.explicitNamespace ? { namespace: k.namespace } : {}),
        },
        spec: {
          maxReplicas: max,
          ...(min > 0 ? { minReplicas: min } : {}),
          scaleTargetRef: {
            apiVersion: groupVersion(mapping),
            kind: mapping.kind,
            name: info.name,
          },
          ...(cpu >= 0 ? { targetCPUUtilizationPercentage: cpu } : {}),
        },
        status: { currentReplicas: 0, desiredReplicas: 0 },
      }
      const object = withSavedConfig(k, built as unknown as AnyObject)
      const printer = operationPrinter(k, 'autoscaled')
      if (k.dryRun() === 'client') printer.print(object)
      else {
        const hpa = yield* k.mappingOfKind('autoscaling/v1', 'HorizontalPodAutoscaler')
        if (!hpa)
          throw new CliError(
            'no matches for kind "HorizontalPodAutoscaler" in version "autoscaling/v1"',
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
