/** The bin on the shelf, found by where it is: a drag ends over it or not. */

/** Element id of the bin. */
export const BIN_ID = 'bin'
/** How far beside it still counts. @unit px */
const NEAR = 12

/** Whether the pointer is over the bin. */
export function isOverBin(event: MouseEvent | TouchEvent | Touch): boolean {
  const point = 'clientX' in event ? event : event.changedTouches[0]
  const bin = document.getElementById(BIN_ID)?.getBoundingClientRect()
  if (!point || !bin) return false
  return (
    point.clientX >= bin.left - NEAR &&
    point.clientX <= bin.right + NEAR &&
    point.clientY >= bin.top - NEAR &&
    point.clientY <= bin.bottom + NEAR
  )
}
