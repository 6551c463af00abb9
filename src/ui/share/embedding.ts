/** What the address says of a page that lives in another page's frame. */

/** Panels that an embedded page may show beside the map. */
export type EmbedPanel = 'inspector' | 'dock'

/** Panels asked for by `?embed=inspector,dock`; undefined when the page is not embedded. */
export function embedded(): readonly EmbedPanel[] | undefined {
  const asked = new URLSearchParams(location.search).get('embed')
  if (asked === null) return undefined
  return asked.split(',').filter((p): p is EmbedPanel => p === 'inspector' || p === 'dock')
}

/** The address of the same page, not embedded. */
export function fullAddress(): string {
  const url = new URL(location.href)
  url.searchParams.delete('embed')
  return url.href
}
