/** The benches. Figures are printed, never asserted: machines differ, ratios tell. */
import '../src/session/tools.ts'
import { measureFanout } from './fanout.ts'
import { measureHollow } from './hollow.ts'
import { measurePage, measurePastInPage } from './page.ts'
import { measurePast } from './past.ts'
import { measureRollout } from './rollout.ts'
import { BenchHost, measureList, measureLoad } from './server.ts'
import { measureCrowd, measureStart } from './ui.ts'
import { measureWebernetes } from './webernetes.ts'

const print = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

/** A real 1.36.2 control plane with stand-in kubelets on 100 nodes: pods per CPU second, measured once. */
const REAL_PODS_PER_CPU_SECOND = 140

const wanted = process.argv.slice(2)
const cases: readonly [number, number, 'hollow' | 'simulated'][] = [
  [3, 100, 'hollow'],
  [3, 300, 'hollow'],
  [100, 100, 'hollow'],
  [100, 1000, 'hollow'],
  [100, 5000, 'hollow'],
  [1000, 1000, 'hollow'],
  [1000, 5000, 'hollow'],
  [3, 100, 'simulated'],
  [100, 1000, 'simulated'],
]

print('nodes  replicas  kubelets    CPU s   pods/CPU s   x real   virtual s   heap MiB')
for (const [nodes, replicas, kubelets] of cases) {
  if (wanted.length > 0 && !wanted.includes(`${nodes}x${replicas}`)) continue
  const f = measureRollout(nodes, replicas, kubelets)
  print(
    [
      String(f.nodes).padStart(5),
      String(f.replicas).padStart(9),
      f.kubelets.padEnd(10).padStart(11),
      f.cpuSeconds.toFixed(2).padStart(7),
      f.podsPerCpuSecond.toFixed(0).padStart(12),
      (f.podsPerCpuSecond / REAL_PODS_PER_CPU_SECOND).toFixed(1).padStart(8),
      f.virtualSeconds.toFixed(1).padStart(11),
      f.heapMiB.toFixed(0).padStart(10),
    ].join(' '),
  )
}

if (wanted.length === 0 || wanted.includes('webernetes')) {
  print('')
  print('replicas   kubarium (3 nodes, simulated kubelets) CPU s   webernetes CPU s   ratio')
  for (const replicas of [30, 100, 300]) {
    const ours = measureRollout(replicas > 300 ? 4 : 3, replicas, 'simulated').cpuSeconds
    const theirs = await measureWebernetes(replicas)
    print(
      `${String(replicas).padStart(8)} ${ours.toFixed(2).padStart(47)} ${theirs.toFixed(2).padStart(18)} ${(theirs / ours).toFixed(1).padStart(7)}`,
    )
  }
}

if (wanted.length === 0 || wanted.includes('ui')) {
  print('')
  const s = await measureStart()
  print(
    `first visit: first paint ${s.firstPaintMs} ms, cluster alive ${s.aliveMs} ms; gzipped: page before it can be used ${s.shellKiB} KiB, worker before the cluster lives ${s.workerKiB} KiB, then ${s.laterKiB} KiB`,
  )
  print(`  ${s.files.slice(0, 10).join(', ')}`)
  print(
    'a crowd of generated cards   loaded ms   heap MiB   pan p50/p95 ms   zoom p50/p95 ms   long tasks   longest ms',
  )
  for (const [nodes, pods] of [
    [500, 15_000],
    [5000, 150_000],
  ] as const) {
    const f = await measureCrowd(nodes, pods)
    print(
      `${`${f.nodes} nodes, ${f.pods} pods`.padStart(28)} ${String(f.loadMs).padStart(11)} ${String(f.heapMiB).padStart(10)} ${`${f.pan.p50}/${f.pan.p95}`.padStart(16)} ${`${f.zoom.p50}/${f.zoom.p95}`.padStart(17)} ${String(f.longTasks).padStart(12)} ${String(f.longestMs).padStart(12)}`,
    )
  }
}

// Only when asked for: 20,000 pods take a minute, all that a cluster may have (`npm run bench -- hollow 150000`) five.
if (wanted.includes('hollow')) {
  print('')
  print(
    'a real cluster in the worker   ready ms   all run after ms   longest silence ms   long tasks   longest ms   pan p50/p95 ms   page heap MiB',
  )
  const [nodes, pods] = wanted.includes('150000') ? [5000, 150_000] : [1000, 20_000]
  const f = await measureHollow(nodes, pods)
  print(
    `${`${f.nodes} nodes, ${f.pods} pods`.padStart(30)} ${String(f.readyMs).padStart(10)} ${String(f.rolloutMs).padStart(18)} ${String(f.silenceMs).padStart(20)} ${String(f.longTasks).padStart(12)} ${String(f.longestMs).padStart(12)} ${`${f.pan.p50}/${f.pan.p95}`.padStart(16)} ${String(f.heapMiB).padStart(15)}`,
  )
}

if (wanted.length === 0 || wanted.includes('past')) {
  const f = measurePast()
  print('')
  print('back over an hour of 20 nodes   revisions   look ms   kubectl ms   branch by replay ms')
  print(
    `${String(f.revisions).padStart(41)} ${f.lookMs.toFixed(0).padStart(9)} ${f.kubectlMs.toFixed(0).padStart(12)} ${f.replayMs.toFixed(0).padStart(21)}`,
  )
}

if (wanted.length === 0 || wanted.includes('past') || wanted.includes('ui')) {
  const f = await measurePastInPage(20)
  print('')
  print(
    `in the page, an hour of 20 nodes (made in ${(f.hourMs / 1000).toFixed(1)} s): looks until drawn ${f.looks.map((ms) => ms.toFixed(0)).join(', ')} ms`,
  )
}

if (wanted.length === 0 || wanted.includes('page') || wanted.includes('ui')) {
  print('')
  print(
    'the page at 10x: replicas   long tasks > 50 ms   longest ms   busy > 50 ms   busiest ms   frames/s   heap MiB   ready ms   rollout ms',
  )
  for (const [replicas, nodes] of [
    [200, 4],
    [1000, 12],
  ] as const) {
    const f = await measurePage(replicas, nodes)
    print(
      `${String(f.replicas).padStart(25)} ${String(f.longTasks).padStart(20)} ${String(f.longestMs).padStart(12)} ${String(f.busyTasks).padStart(14)} ${String(f.busiestMs).padStart(12)} ${String(f.fps).padStart(10)} ${String(f.heapMiB).padStart(10)} ${String(f.readyMs).padStart(10)} ${String(f.rolloutMs).padStart(12)}`,
    )
  }
}

if (wanted.length === 0 || wanted.includes('server')) {
  // `npm run bench -- server 300`: how many seconds of load.
  const seconds = Number(wanted.find((w) => /^\d+$/.test(w)) ?? 60)
  print('')
  print('watchers of one node each   us per change of one pod   delivered')
  for (const watchers of [50, 500, 5000]) {
    const f = measureFanout(watchers)
    print(
      `${String(f.watchers).padStart(25)} ${f.perEvent.toFixed(1).padStart(26)} ${String(f.delivered).padStart(11)}`,
    )
  }
  const host = await BenchHost.start()
  try {
    const f = await measureLoad(host, seconds)
    print('')
    print(
      `the Node host: ${f.watches} watches, ${f.requests} requests in ${f.seconds} s (${f.failed} failed), ${f.events} events`,
    )
    print(
      `p50 ${f.p50.toFixed(1)} ms   p99 ${f.p99.toFixed(1)} ms   longest ${f.longest.toFixed(0)} ms   RSS ${f.rssBefore} MiB before, ${f.rssAfter} MiB after`,
    )
    const l = await measureList(host)
    print(
      `${l.pods} pods made in ${l.makeMs.toFixed(0)} ms; listed whole in ${l.firstMs.toFixed(0)} ms, then ${l.medianMs.toFixed(0)} ms (${l.bodyMiB.toFixed(1)} MiB)`,
    )
  } finally {
    host.stop()
  }
}
