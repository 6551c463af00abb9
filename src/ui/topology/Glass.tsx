/** The glass: the map of the whole cluster on React Flow, with flights over it, the bin and the shelf below. */
import {
  Background,
  BackgroundVariant,
  Controls,
  type Edge,
  type Node as FlowNode,
  getViewportForBounds,
  Handle,
  type NodeProps,
  Panel,
  Position,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  ViewportPortal,
} from '@xyflow/react'
import '@xyflow/react/dist/style.css'
import {
  type CSSProperties,
  lazy,
  memo,
  Suspense,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import type { ClaimCard } from '../../protocol/cards.ts'
import { useFingers } from '../components/media.ts'
import { useWords } from '../i18n/i18n.ts'
import { LayerBar } from '../layers/LayerBar.tsx'
import { Legend, useLegendHeight } from '../layers/Legend.tsx'
import { Lines } from '../layers/Lines.tsx'
import { useLayer } from '../layers/layers.ts'
import { usePresenting } from '../present/present.ts'
import { usePreference } from '../store/preferences.ts'
import { select } from '../store/selection.ts'
import {
  cards,
  type NodeCard as Node,
  type PodCard,
  useKind,
  useSlowTopic,
  useWorld,
} from '../store/world.ts'
import { useCrowd } from '../wall/crowd.ts'
import { CORNER, type WallHandle } from '../wall/handle.ts'
import { WALL } from '../wall/plan.ts'
import { powerOff } from './actions.ts'
import { isOverBin } from './bin.ts'
import { ControlPlaneCard, OutsideCard } from './ControlPlaneCard.tsx'
import { DiskCard } from './DiskCard.tsx'
import { startDirector } from './director.ts'
import { Flights, type Point } from './Flights.tsx'
import { FocusCard } from './FocusCard.tsx'
import { Layers } from './Layers.tsx'
import { type Box, cellCentre, chipBox, middle, PLACES, placeNodes } from './layout.ts'
import { MapMenu } from './MapMenu.tsx'
import { NodeCard } from './NodeCard.tsx'
import { ServicesCard, useShownServices } from './ServicesCard.tsx'
import { Shelf } from './Shelf.tsx'
import { TrayCard } from './TrayCard.tsx'
import { useTouchDrag } from './useTouchDrag.tsx'

const Wall = lazy(() => import('../wall/Wall.tsx').then((m) => ({ default: m.Wall })))
const MiniWall = lazy(() => import('../wall/MiniWall.tsx').then((m) => ({ default: m.MiniWall })))

type Content = FlowNode<{ uid?: string; node?: string }>

const NONE: Node[] = []
const HIDDEN = { opacity: 0, pointerEvents: 'none' } as const

const nodeTypes = {
  controlPlane: memo(() => (
    <>
      <ControlPlaneCard />
      <Handle type="source" position={Position.Bottom} style={HIDDEN} />
    </>
  )),
  outside: memo(() => <OutsideCard />),
  tray: memo(() => <TrayCard />),
  focus: memo(() => <FocusCard />),
  services: memo(() => <ServicesCard />),
  machine: memo(({ data }: NodeProps<Content>) => (
    <>
      <NodeCard uid={data.uid ?? ''} />
      <Handle type="target" position={Position.Top} style={HIDDEN} />
    </>
  )),
  disk: memo(({ data }: NodeProps<Content>) => <DiskCard node={data.node ?? ''} />),
}

function fixed(id: keyof typeof nodeTypes, box: Box): Content {
  return {
    id,
    type: id,
    position: { x: box.x, y: box.y },
    width: box.w,
    height: box.h,
    data: {},
    draggable: false,
    selectable: false,
    focusable: false,
  }
}

/** Slots in use on a node: the highest taken, so that empty ones stay empty. */
function slotsOf(node: string): number {
  let most = 0
  for (const uid of cards.podsByNode.get(node)?.keys() ?? [])
    most = Math.max(most, (cards.slots.get(uid) ?? 0) + 1)
  return most
}

/** The map. */
export function Glass() {
  return (
    <ReactFlowProvider>
      <ClusterMap />
    </ReactFlowProvider>
  )
}

/** node-2 comes before node-10. */
const BY_NUMBER = new Intl.Collator('en', { numeric: true })

function useMachines(): Node[] {
  const nodes = useKind<Node>('Node').filter((n) => !n.controlPlane)
  return nodes.sort((a, b) => a.created - b.created || BY_NUMBER.compare(a.name, b.name))
}

function ClusterMap() {
  const t = useWords()
  const theme = usePreference((p) => p.theme)
  const grouping = usePreference((p) => p.grouping)
  const all = useMachines()
  const messages = useLayer('messages')
  const crowd = useCrowd()
  const walled = crowd || grouping !== 'node'
  const machines = walled ? NONE : all
  useSlowTopic(walled ? 'no pods' : 'Pod', 150)
  const [wall, setWall] = useState<WallHandle>()
  const key = machines.map((n) => `${n.uid}:${Math.ceil(slotsOf(n.name) / 6)}`).join()
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the machines and their rows
  const places = useMemo(
    () => placeNodes(machines.map((n) => ({ name: n.name, slots: slotsOf(n.name) }))),
    [key],
  )
  const fingers = useFingers()
  const [drag, setDrag] = useState<{ id: string; x: number; y: number }>()
  useEffect(() => startDirector(), [])
  const frame = useRef<HTMLDivElement>(null)
  const legend = useLegendHeight()
  const large = usePresenting((p) => p.on)
  const moved = useFit(frame, {
    machines: machines.length,
    rows: key,
    wall,
    legend,
    large,
    fingers,
  })

  // biome-ignore lint/correctness/useExhaustiveDependencies: as above
  const flow = useMemo<Content[]>(() => {
    const out: Content[] = [
      fixed('controlPlane', PLACES.controlPlane),
      fixed('outside', PLACES.outside),
      fixed('tray', PLACES.tray),
      fixed('focus', PLACES.focus),
      fixed('services', PLACES.services),
    ]
    for (const n of machines) {
      const p = places.get(n.name)
      if (!p) continue
      const at = drag?.id === n.uid ? { x: drag.x, y: drag.y } : { x: p.box.x, y: p.box.y }
      out.push({
        id: n.uid,
        type: 'machine',
        position: at,
        width: p.box.w,
        height: p.box.h,
        data: { uid: n.uid },
        selectable: true,
        // A finger on a card moves the map, and the card only by its head.
        draggable: !fingers,
        ...(drag?.id === n.uid ? { zIndex: 30 } : {}),
      })
      out.push({
        id: `disk-${n.uid}`,
        type: 'disk',
        position: { x: p.disk.x, y: p.disk.y },
        width: p.disk.w,
        height: p.disk.h,
        data: { node: n.name },
        draggable: false,
        selectable: false,
        focusable: false,
      })
    }
    return out
  }, [key, places, drag, fingers])

  const machineStates = useWorld((s) => s.machines)
  const faults = useWorld((s) => s.faults)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the machines
  const edges = useMemo<Edge[]>(
    () =>
      machines.map((n) => {
        const cut =
          faults.includes(`cut ${n.name} kube-apiserver-1`) || machineStates[n.name] === 'off'
        const style = cut
          ? { stroke: 'var(--bad)', strokeDasharray: '2 5', strokeWidth: 2 }
          : { stroke: 'var(--line-strong)', opacity: 0.35 }
        return {
          id: `wire-${n.uid}`,
          source: 'controlPlane',
          target: n.uid,
          type: 'smoothstep',
          style,
          focusable: false,
          selectable: false,
        }
      }),
    [key, faults, machineStates],
  )
  const place = usePlaces(places, wall)
  const arm = useCallback((armed: boolean, over: boolean) => {
    setArmed(armed)
    setOverBin(over)
  }, [])
  const [armed, setArmed] = useState(false)
  const [overBin, setOverBin] = useState(false)
  const ghost = useTouchDrag(frame, wall, arm)
  const onDrag = useCallback((event: MouseEvent | TouchEvent, n: FlowNode) => {
    setDrag({ id: n.id, x: n.position.x, y: n.position.y })
    setOverBin(isOverBin(event))
  }, [])
  const onDragStop = useCallback((event: MouseEvent | TouchEvent, n: FlowNode) => {
    setDrag(undefined)
    setOverBin(false)
    const node = cards.all.get(n.id)
    if (node && isOverBin(event)) powerOff(node.name)
  }, [])
  const keys = useCallback((e: React.KeyboardEvent) => {
    const on = e.target as HTMLElement
    const id = on.closest('.react-flow__node')?.getAttribute('data-id')
    const node = id ? cards.all.get(id) : undefined
    if (node?.kind !== 'Node') return
    if (e.key === 'Delete') powerOff(node.name)
    // On the card itself, not on a button in it.
    else if ((e.key === 'Enter' || e.key === ' ') && on.matches('.react-flow__node')) select(node)
  }, [])
  return (
    <MapMenu>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: keys are those of the focused card inside */}
      <div
        ref={frame}
        style={{ position: 'absolute', inset: 0, '--legend': `${legend}px` } as CSSProperties}
        onKeyDown={keys}
      >
        <ReactFlow
          nodes={flow}
          edges={edges}
          nodeTypes={nodeTypes}
          colorMode={theme}
          ariaLabelConfig={{
            'controls.ariaLabel': t('map.controls'),
            'controls.zoomIn.ariaLabel': t('map.zoomin'),
            'controls.zoomOut.ariaLabel': t('map.zoomout'),
            'controls.fitView.ariaLabel': t('map.fit'),
          }}
          minZoom={0.01}
          maxZoom={8}
          nodesConnectable={false}
          deleteKeyCode={null}
          zoomOnDoubleClick={false}
          attributionPosition="bottom-right"
          onMove={(event) => {
            if (event) moved()
          }}
          onNodeDrag={onDrag}
          onNodeDragStop={onDragStop}
          onNodeClick={(_e, n) => {
            const card = cards.all.get(n.id)
            if (card) select(card)
          }}
          onPaneClick={(e) => {
            if (!wall?.at(e.clientX, e.clientY)) select(undefined)
          }}
          aria-label={t('glass.label')}
        >
          <Background
            variant={BackgroundVariant.Dots}
            gap={24}
            size={1}
            color="var(--line)"
            bgColor="var(--glass)"
          />
          <ViewportPortal>
            <Lines place={place} walled={walled} />
            {messages ? <Flights place={place} /> : null}
          </ViewportPortal>
          <Suspense fallback={null}>
            {walled ? (
              <Wall frame={frame} grouping={grouping} onArm={arm} onReady={setWall} />
            ) : null}
            {wall ? <MiniWall handle={wall} /> : null}
          </Suspense>
          <Controls
            showInteractive={false}
            position="bottom-right"
            style={{ bottom: 68 + legend }}
          />
          <Panel position="top-left" style={{ margin: 0, left: 0, right: 0 }}>
            <Layers />
          </Panel>
          <Panel position="top-right" style={{ margin: 0, top: 48, right: 10 }}>
            <LayerBar />
          </Panel>
          <Panel position="bottom-left" style={{ margin: 0, left: 0, right: 0 }}>
            <Legend />
            <Shelf armed={armed || drag !== undefined} over={overBin} />
          </Panel>
        </ReactFlow>
        {ghost}
      </div>
    </MapMenu>
  )
}

/** What the shelf covers. @unit px */
const BOTTOM = 60
const FIT = {
  padding: { top: '44px', bottom: `${BOTTOM}px`, left: '16px', right: '60px' },
  maxZoom: 1.3,
} as const

/** Fingers get larger fields above the map. @unit px */
const FINGERS_TOP = '58px'

/** How much larger everything is while it is presented, as `theme/base.css` has it. */
const LARGE = 1.3
const FIT_LARGE = {
  padding: { top: '60px', bottom: '78px', left: '16px', right: '76px' },
  maxZoom: 2.2,
} as const

/** Keeps the whole map in view while the reader has not moved it: at first, when machines come, when panels resize. */
function useFit(
  frame: React.RefObject<HTMLDivElement | null>,
  {
    machines,
    wall,
    legend,
    large,
    fingers,
    rows,
  }: {
    machines: number
    /** Changes when a card grows. */
    rows: string
    wall: WallHandle | undefined
    legend: number
    large: boolean
    fingers: boolean
  },
): () => void {
  const flow = useReactFlow()
  const moved = useRef(false)
  const fitNow = useRef<() => void>(undefined)
  // biome-ignore lint/correctness/useExhaustiveDependencies: a presentation begins with everything in view
  useEffect(() => {
    moved.current = false
  }, [large])
  // biome-ignore lint/correctness/useExhaustiveDependencies: a machine more or less is a reason to look again
  useEffect(() => {
    const el = frame.current
    if (!el) return
    const fit = () => {
      if (moved.current) return
      if (!wall)
        return void flow.fitView({
          ...FIT,
          ...(large ? FIT_LARGE : {}),
          padding: {
            ...(large ? FIT_LARGE : FIT).padding,
            ...(fingers && !large ? { top: FINGERS_TOP } : {}),
            bottom: `${(BOTTOM + legend) * (large ? LARGE : 1)}px`,
          },
        })
      const viewport = wallViewport(wall, el.clientWidth, el.clientHeight - legend)
      const now = flow.getViewport()
      // A wall that grows by a row is no reason to move everything; one that left the view is.
      if (viewport.zoom < now.zoom || viewport.zoom > now.zoom * 1.4)
        void flow.setViewport(viewport)
    }
    fitNow.current = fit
    const timer = setTimeout(fit, 60)
    const often = wall ? setInterval(fit, 1000) : undefined
    const watch = new ResizeObserver(fit)
    watch.observe(el)
    return () => {
      clearTimeout(timer)
      clearInterval(often)
      watch.disconnect()
    }
  }, [flow, machines, wall, legend, large, fingers])
  // biome-ignore lint/correctness/useExhaustiveDependencies: looked at when a card has grown
  useEffect(() => {
    const timer = setTimeout(() => {
      const el = frame.current
      if (!el || wall || moved.current) return
      const { y, height } = flow.getNodesBounds(flow.getNodes())
      const { y: top, zoom } = flow.getViewport()
      // A row more is no reason to move everything, unless it is out of sight.
      const bottom = top + (y + height) * zoom
      if (bottom > el.clientHeight - BOTTOM - legend) fitNow.current?.()
    }, GROWN_MS)
    return () => clearTimeout(timer)
  }, [rows])
  return useCallback(() => {
    moved.current = true
  }, [])
}

/** Long enough for a card to have its new size. @unit real ms */
const GROWN_MS = 200

/** The viewport that shows the fixed cards and the whole wall. */
function wallViewport({ live: { plan } }: WallHandle, width: number, height: number) {
  const x = Math.min(0, plan.left)
  const bounds = {
    x,
    y: 0,
    width: Math.max(PLACES.services.w, plan.width) - x,
    height: CORNER.y + Math.max(plan.height, WALL.step),
  }
  return getViewportForBounds(bounds, width, height, 0.01, FIT.maxZoom, FIT.padding)
}

/** Finds where a place is drawn, by the names that the director uses. */
function usePlaces(
  places: ReturnType<typeof placeNodes>,
  wall: WallHandle | undefined,
): (name: string) => Point | undefined {
  const services = useShownServices()
  const latest = useRef({ places, services, wall })
  latest.current = { places, services, wall }
  return useCallback((name: string) => {
    const { places: nodes, services: shown, wall: big } = latest.current
    if (name === 'api' || name === 'etcd' || name === 'manager' || name === 'scheduler')
      return middle(chipBox(name))
    if (name === 'kubectl') return { x: PLACES.outside.x + 24, y: 37 }
    if (name === 'page') return { x: PLACES.outside.x + 24, y: 87 }
    if (name === 'tray') return middle(PLACES.tray)
    if (name === 'client') return { x: PLACES.services.x + 60, y: PLACES.services.y + 44 }
    const [kind = '', rest = ''] = [
      name.slice(0, name.indexOf(':')),
      name.slice(name.indexOf(':') + 1),
    ]
    const onWall = big && wallPlace(big, kind, rest)
    if (onWall) return onWall
    if (kind === 'node') {
      const box = nodes.get(rest)?.box
      return box ? { x: box.x + box.w / 2, y: box.y } : middle(PLACES.controlPlane)
    }
    if (kind === 'service') {
      const i = shown.findIndex((s) => `${s.namespace}/${s.name}` === rest)
      return i < 0
        ? { x: PLACES.services.w - 40, y: PLACES.services.y + 44 }
        : { x: 118 + 80 + i * 180, y: PLACES.services.y + 44 }
    }
    if (kind === 'pod') return podPlace(rest, nodes)
    if (kind === 'claim' || kind === 'volume') return claimPlace(kind, rest, nodes)
    return undefined
  }, [])
}

/** The middle of a pod's cell, or of the head of a node's box, when the wall shows it. */
function wallPlace({ live: { plan } }: WallHandle, kind: string, name: string): Point | undefined {
  if (kind === 'node') {
    const g = plan.grouping === 'node' ? plan.find(name) : undefined
    return g && { x: CORNER.x + g.x + g.w / 2, y: CORNER.y + g.y }
  }
  if (kind !== 'pod') return undefined
  const [namespace = '', pod = ''] = name.split('/')
  const cell = plan.cells.get(cards.find<PodCard>('Pod', namespace, pod)?.uid ?? '')
  if (!cell) return undefined
  const at = plan.place(cell)
  return { x: CORNER.x + at.x + WALL.cell / 2, y: CORNER.y + at.y + WALL.cell / 2 }
}

function podPlace(name: string, nodes: ReturnType<typeof placeNodes>): Point | undefined {
  const [namespace = '', pod = ''] = name.split('/')
  const card = cards.find<PodCard>('Pod', namespace, pod)
  if (!card) return undefined
  const box = nodes.get(card.node)?.box
  if (!box) return card.node ? middle(PLACES.controlPlane) : middle(PLACES.tray)
  return cellCentre(box, cards.slots.get(card.uid) ?? 0)
}

function claimPlace(
  kind: string,
  name: string,
  nodes: ReturnType<typeof placeNodes>,
): Point | undefined {
  if (kind === 'volume') return { x: PLACES.focus.x + 120, y: PLACES.focus.y + 70 }
  const [namespace = '', claim = ''] = name.split('/')
  const card = cards.find<ClaimCard>('PersistentVolumeClaim', namespace, claim)
  for (const p of cards.of<PodCard>('Pod')) {
    if (p.namespace === namespace && p.claims.includes(card?.name ?? '')) {
      const disk = nodes.get(p.node)?.disk
      if (disk) return middle(disk)
    }
  }
  return { x: PLACES.focus.x + 400, y: PLACES.focus.y + 70 }
}
