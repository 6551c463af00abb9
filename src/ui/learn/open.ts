/** Opens a scene of the gallery in place of the session that runs. */
import { startCluster } from '../bridge/start.ts'
import { sayNothing } from '../share/notice.ts'
import { forgetLink } from '../share/sessions.ts'
import { prefer } from '../store/preferences.ts'

/** Starts a scene, names it in the address, and shows the map. */
export function openScene(id: string): void {
  const url = new URL(location.href)
  url.searchParams.set('scenario', id)
  // What was asked for another scene does not hold for this one.
  for (const other of ['seed', 'nodes']) url.searchParams.delete(other)
  history.replaceState(null, '', url)
  forgetLink()
  sayNothing()
  prefer({ view: 'map' })
  void startCluster({ scenario: id })
}
