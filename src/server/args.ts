/** Command line of the Node host. */

/** What the host was asked to do. */
export interface ServerArgs {
  readonly port: number | undefined
  readonly nodes: number | undefined
  readonly bare: boolean
  readonly hollow: boolean
  readonly seed: number
  readonly speed: number
  readonly kubeconfig: string
  readonly http: boolean
  readonly ui: boolean
  readonly help: boolean
}

/** Text of --help. */
export const USAGE = `usage: npm run serve -- [flags]

  --port N           listen on this port of 127.0.0.1 (default 6443 or the next free one; 0: any)
  --nodes N          number of worker nodes (default 3)
  --bare             only the control plane and plain workers node-1..N, nothing in kube-system
  --hollow           hollow kubelets: pods run and finish by the clock, without logs and exec
  --seed N           seed of all chance in the cluster (default 1)
  --speed X          virtual seconds per real second (default 1)
  --kubeconfig FILE  where to write the kubeconfig (default ./kubarium.kubeconfig)
  --http             plain HTTP in place of HTTPS
  --ui               also serve the page, attached to this cluster
`

/** Reads the command line. @throws Error with the text for the user */
export function parseArgs(argv: readonly string[]): ServerArgs {
  const args: Record<string, string | true> = {}
  for (let i = 0; i < argv.length; i++) {
    const [name = '', inline] = (argv[i] as string).split(/=(.*)/s)
    if (!name.startsWith('--')) throw new Error(`unexpected argument ${name}\n\n${USAGE}`)
    const flag = name.slice(2)
    if (SWITCHES.has(flag)) args[flag] = true
    else if (VALUES.has(flag)) args[flag] = inline ?? valueAfter(argv, i++, name)
    else throw new Error(`unknown flag ${name}\n\n${USAGE}`)
  }
  return {
    port: whole(args, 'port'),
    nodes: whole(args, 'nodes'),
    bare: args.bare === true,
    hollow: args.hollow === true,
    seed: whole(args, 'seed') ?? 1,
    speed: positive(args.speed),
    kubeconfig: typeof args.kubeconfig === 'string' ? args.kubeconfig : 'kubarium.kubeconfig',
    http: args.http === true,
    ui: args.ui === true,
    help: args.help === true,
  }
}

const SWITCHES = new Set(['bare', 'hollow', 'http', 'ui', 'help'])
const VALUES = new Set(['port', 'nodes', 'seed', 'speed', 'kubeconfig'])

function valueAfter(argv: readonly string[], i: number, name: string): string {
  const v = argv[i + 1]
  if (v === undefined) throw new Error(`${name} needs a value`)
  return v
}

function whole(args: Record<string, string | true>, name: string): number | undefined {
  const v = args[name]
  if (v === undefined) return undefined
  const n = Number(v)
  if (!Number.isInteger(n) || n < 0) throw new Error(`--${name} must be a whole number, not ${v}`)
  return n
}

function positive(v: string | true | undefined): number {
  if (v === undefined) return 1
  const n = Number(v)
  if (!(n > 0)) throw new Error(`--speed must be a positive number, not ${v}`)
  return n
}
