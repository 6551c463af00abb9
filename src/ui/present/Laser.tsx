/** A bright dot at the pointer, for as long as its key is held. */
import { useEffect, useRef, useState } from 'react'
import { isWriting } from '../layers/layers.ts'
import styles from './present.module.css'

const KEY = 'l'

/** The pointer; nothing while the key is up. */
export function Laser() {
  const [on, setOn] = useState(false)
  const dot = useRef<HTMLDivElement>(null)
  const at = useRef({ x: -100, y: -100 })
  useEffect(() => {
    const place = () => {
      if (dot.current) dot.current.style.translate = `${at.current.x}px ${at.current.y}px`
    }
    const move = (e: PointerEvent) => {
      at.current = { x: e.clientX, y: e.clientY }
      place()
    }
    const down = (e: KeyboardEvent) => {
      if (e.key.toLowerCase() !== KEY || e.ctrlKey || e.metaKey || isWriting(e.target)) return
      setOn(true)
      place()
    }
    const up = (e: KeyboardEvent) => {
      if (e.key.toLowerCase() === KEY) setOn(false)
    }
    const away = () => setOn(false)
    window.addEventListener('pointermove', move)
    window.addEventListener('keydown', down)
    window.addEventListener('keyup', up)
    window.addEventListener('blur', away)
    return () => {
      window.removeEventListener('pointermove', move)
      window.removeEventListener('keydown', down)
      window.removeEventListener('keyup', up)
      window.removeEventListener('blur', away)
    }
  }, [])
  return (
    <div
      ref={dot}
      className={`${styles.laser} ${on ? styles.lit : ''}`}
      aria-hidden="true"
      data-testid="laser"
      data-on={on}
    />
  )
}
