/** Lines of kubectl's own log. @source https://github.com/kubernetes/klog (header of a line) */
import { formatTime } from '../cluster/api/meta/time.ts'

/**
 * One line.
 * @param unixMs when
 * @param where file and line of the program, as `run.go:72`
 */
export function klogLine(
  severity: 'I' | 'W' | 'E',
  unixMs: number,
  where: string,
  text: string,
): string {
  const t = formatTime(unixMs)
  return `${severity}${t.slice(5, 7)}${t.slice(8, 10)} ${t.slice(11, 19)}.000000       1 ${where}] ${text}\n`
}
