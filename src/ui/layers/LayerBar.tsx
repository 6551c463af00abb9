/** The switches of the layers, each with its key. */
import { ArrowLeftRight, HardDrive, ListFilter, Network, Share2, ShieldAlert } from 'lucide-react'
import { useEffect } from 'react'
import { useWords } from '../i18n/i18n.ts'
import styles from './layers.module.css'
import { isWriting, keyOf, LAYERS, type Layer, toggleLayer, useLayer } from './layers.ts'

const ICONS: Record<Layer, typeof Network> = {
  messages: ArrowLeftRight,
  ownership: Network,
  network: Share2,
  storage: HardDrive,
  scheduling: ListFilter,
  security: ShieldAlert,
}

/** The column of switches at the side of the map. */
export function LayerBar() {
  const t = useWords()
  useEffect(() => {
    const key = (e: KeyboardEvent) => {
      if (e.ctrlKey || e.metaKey || e.altKey || isWriting(e.target)) return
      const layer = LAYERS.find((l) => keyOf(l) === e.key)
      if (layer) toggleLayer(layer)
    }
    window.addEventListener('keydown', key)
    return () => window.removeEventListener('keydown', key)
  }, [])
  return (
    <div
      className={`${styles.bar} nopan`}
      role="toolbar"
      aria-orientation="vertical"
      aria-label={t('layers.title')}
      data-testid="layers"
    >
      {LAYERS.map((layer) => (
        <Switch key={layer} layer={layer} />
      ))}
    </div>
  )
}

function Switch({ layer }: { layer: Layer }) {
  const t = useWords()
  const on = useLayer(layer)
  const Icon = ICONS[layer]
  return (
    <button
      type="button"
      className={`icon-btn ${styles.switch}`}
      aria-pressed={on}
      aria-keyshortcuts={keyOf(layer)}
      aria-label={t(`layers.${layer}`)}
      onClick={() => toggleLayer(layer)}
      data-testid={`layer-${layer}`}
    >
      <Icon size={16} aria-hidden="true" />
      <kbd>{keyOf(layer)}</kbd>
      <span className={styles.tip} aria-hidden="true">
        <b>{t(`layers.${layer}`)}</b>
        {t(`layers.${layer}.about`)}
      </span>
    </button>
  )
}
