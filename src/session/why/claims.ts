/** Why a claim has no volume. */
import type { PersistentVolumeClaim } from '../../cluster/api/generated/types.ts'
import { claimClass, NO_PROVISIONER, volumeMismatch } from '../../cluster/api/helpers/volumes.ts'
import type { AnyObject } from '../../cluster/api/object.ts'
import { remake } from './edits.ts'
import { bad, type Candidate, type Finding, nearest, ok, said, waiting } from './finding.ts'
import { aboutOf, type Look } from './look.ts'
import { rules } from './rules.ts'

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class'

/** How a claim fares. */
export function claimFinding(look: Look, claim: PersistentVolumeClaim): Finding {
  const about = aboutOf(claim)
  if (claim.status?.phase === 'Bound') {
    return ok('why.claim.bound', about, {
      values: { volume: claim.spec?.volumeName ?? '' },
      rule: rules.claims,
    })
  }
  const name = claimClass(claim)
  if (name) {
    const found = look.get('StorageClass', '', name)
    if (!found) return noClass(look, claim, name)
    if (found.provisioner !== NO_PROVISIONER) {
      const users = usersOf(look, claim)
      if (found.volumeBindingMode === 'WaitForFirstConsumer' && users.length === 0) {
        const values = { storageClass: name }
        return waiting('why.claim.consumer', about, { values, rule: rules.bindingMode })
      }
      const failed = look.events(about).find((e) => e.reason === 'ProvisioningFailed')
      if (failed) {
        const values = { message: failed.message ?? '', storageClass: name }
        return bad('why.claim.provisioning', about, {
          values,
          rule: rules.classes,
          field: 'spec.accessModes',
          fixes: modeFixes(claim),
        })
      }
      const values = { storageClass: name, pod: users[0] ?? '' }
      return waiting('why.claim.provisioner', about, { values, rule: rules.bindingMode })
    }
  }
  return noVolume(look, claim, name)
}

/** Names of pods that mount it. */
export function usersOf(look: Look, claim: PersistentVolumeClaim): string[] {
  return look
    .list('Pod', claim.metadata.namespace ?? '')
    .filter((p) =>
      p.spec?.volumes?.some((v) => v.persistentVolumeClaim?.claimName === claim.metadata.name),
    )
    .map((p) => p.metadata.name ?? '')
}

function defaultClass(look: Look) {
  return look.list('StorageClass').find((c) => c.metadata.annotations?.[DEFAULT_CLASS] === 'true')
}

function noClass(look: Look, claim: PersistentVolumeClaim, name: string): Finding {
  const names = look.list('StorageClass').map((c) => c.metadata.name ?? '')
  const near = nearest(name, names)
  const usual = defaultClass(look)
  const other = near ?? usual?.metadata.name
  const fixes: Candidate[] = []
  if (other) {
    fixes.push({
      command: remake(claim as unknown as AnyObject, { storageClassName: other }),
      why: said('why.fix.claim.class', { storageClass: other }),
      cost: 4,
    })
  }
  if (usual) {
    const mode = usual.volumeBindingMode ?? 'Immediate'
    fixes.push({
      command: `kubectl apply -f - <<'EOF'\napiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata:\n  name: ${name}\nprovisioner: ${usual.provisioner}\nvolumeBindingMode: ${mode}\nEOF`,
      why: said('why.fix.create', { kind: 'StorageClass', what: name }),
      cost: 3,
    })
  }
  return bad('why.claim.noclass', aboutOf(claim), {
    values: { storageClass: name, near: near ?? names.join(', ') ?? '-' },
    rule: rules.classes,
    field: 'spec.storageClassName',
    fixes,
  })
}

/** What the claim asks for, against the volume that comes nearest. */
function noVolume(look: Look, claim: PersistentVolumeClaim, storageClass: string): Finding {
  const about = aboutOf(claim)
  const asked = claim.spec?.resources?.requests?.storage ?? ''
  const modes = (claim.spec?.accessModes ?? []).join(', ')
  const near = look
    .list('PersistentVolume')
    .map((v) => ({ v, mismatch: volumeMismatch(v, claim) ?? '' }))
    .filter((x) => !/^(claimed|being|phase)/.test(x.mismatch))
    .sort((a, b) => rank(a.mismatch) - rank(b.mismatch))[0]
  const fixes = [volumeFix(claim, storageClass)]
  if (!near) {
    const usual = defaultClass(look)?.metadata.name
    if (usual && usual !== storageClass) {
      fixes.unshift({
        command: remake(claim as unknown as AnyObject, { storageClassName: usual }),
        why: said('why.fix.claim.class', { storageClass: usual }),
        cost: 4,
      })
    }
    return bad('why.claim.novolume', about, {
      values: { storageClass: storageClass || '""', asked, modes },
      rule: rules.claims,
      fixes,
    })
  }
  const volume = near.v.metadata.name ?? ''
  const capacity = near.v.spec?.capacity?.storage ?? ''
  const offered = (near.v.spec?.accessModes ?? []).join(', ')
  const values = {
    volume,
    capacity,
    asked,
    modes,
    offered,
    mismatch: near.mismatch,
    storageClass: storageClass || '""',
    theirs: near.v.spec?.storageClassName || '""',
  }
  if (near.mismatch === 'too small') {
    fixes.unshift({
      command: remake(claim as unknown as AnyObject, {
        resources: { requests: { storage: capacity } },
      }),
      why: said('why.fix.claim.size', { value: capacity }),
      cost: 4,
    })
    return bad('why.claim.small', about, {
      values,
      rule: rules.claims,
      field: 'spec.resources.requests.storage',
      fixes,
    })
  }
  if (near.mismatch.startsWith('it does not offer')) {
    fixes.unshift({
      command: remake(claim as unknown as AnyObject, {
        accessModes: near.v.spec?.accessModes?.slice(0, 1) ?? [],
      }),
      why: said('why.fix.claim.mode', { mode: near.v.spec?.accessModes?.[0] ?? '' }),
      cost: 4,
    })
    return bad('why.claim.mode', about, {
      values,
      rule: rules.claims,
      field: 'spec.accessModes',
      fixes,
    })
  }
  if (near.mismatch === 'storageClassName differs') {
    fixes.unshift({
      command: remake(claim as unknown as AnyObject, {
        storageClassName: near.v.spec?.storageClassName ?? '',
      }),
      why: said('why.fix.claim.class', { storageClass: near.v.spec?.storageClassName ?? '""' }),
      cost: 4,
    })
    return bad('why.claim.class', about, {
      values,
      rule: rules.classes,
      field: 'spec.storageClassName',
      fixes,
    })
  }
  return bad('why.claim.mismatch', about, { values, rule: rules.claims, fixes })
}

/** Size and mode are nearer misses than another class. */
function rank(mismatch: string): number {
  if (mismatch === 'too small' || mismatch.startsWith('it does not offer')) return 0
  return mismatch === 'storageClassName differs' ? 1 : 2
}

function modeFixes(claim: PersistentVolumeClaim): Candidate[] {
  if (claim.spec?.accessModes?.every((m) => m === 'ReadWriteOnce')) return []
  return [
    {
      command: remake(claim as unknown as AnyObject, { accessModes: ['ReadWriteOnce'] }),
      why: said('why.fix.claim.mode', { mode: 'ReadWriteOnce' }),
      cost: 4,
    },
  ]
}

function volumeFix(claim: PersistentVolumeClaim, storageClass: string): Candidate {
  const name = `${claim.metadata.name}-volume`
  const spec = [
    `  storageClassName: "${storageClass}"`,
    `  capacity: {storage: ${claim.spec?.resources?.requests?.storage ?? '1Gi'}}`,
    `  accessModes: [${(claim.spec?.accessModes ?? ['ReadWriteOnce']).join(', ')}]`,
    `  hostPath: {path: /mnt/${name}}`,
  ].join('\n')
  return {
    command: `kubectl apply -f - <<'EOF'\napiVersion: v1\nkind: PersistentVolume\nmetadata:\n  name: ${name}\nspec:\n${spec}\nEOF`,
    why: said('why.fix.create', { kind: 'PersistentVolume', what: name }),
    cost: 3,
  }
}
