/**
 * What a step of the trace says, in the reader's language. The trace speaks English, in few and regular forms; each form
 * that the page shows has its translation here.
 */
import type { Language } from '../store/preferences.ts'

const ZH: readonly [RegExp, string][] = [
  [/^sync (.+)$/, '同步 $1'],
  [/^create (\d+) pods?$/, '创建 $1 个 Pod'],
  [/^delete (\d+) pods?$/, '删除 $1 个 Pod'],
  [/^create (.+)$/, '创建 $1'],
  [/^update (.+)$/, '更新 $1'],
  [/^patch (.+)$/, '修补 $1'],
  [/^delete (.+)$/, '删除 $1'],
  [/^deletecollection (.+)$/, '批量删除 $1'],
  [/^scheduled to (.+)$/, '调度到 $1'],
  [/^scale (up|down) (.+)$/, '调整副本 $2'],
  [/^power lost on (.+)$/, '$1 断电'],
  [/^power back on (.+)$/, '$1 恢复供电'],
  [/^link cut between (.+) and (.+)$/, '$1 与 $2 之间的链路被切断'],
  [/^link mended between (.+) and (.+)$/, '$1 与 $2 之间的链路已修复'],
  [/^(.+) has not renewed its lease for (\d+) s$/, '$1 已 $2 秒没有续租'],
  [/^container (\S+): (\S+) (-?\d+)$/, '容器 $1 结束:$2(退出码 $3)'],
  [/^container (\S+)$/, '容器 $1 启动'],
  [/^container of (.+) killed$/, '$1 的容器被杀死'],
  [/^readiness of (\S+): ready$/, '$1 的就绪探针通过'],
  [/^readiness of (\S+): not ready$/, '$1 的就绪探针未通过'],
  [/^liveness of (\S+) failed$/, '$1 的存活探针失败'],
  [/^startup of (\S+) failed$/, '$1 的启动探针失败'],
  [/^(\S+) has started$/, '$1 已启动'],
  [/^rules for (\d+) services?$/, '$1 个 Service 的转发规则'],
  [/^no node fits(.*)$/, '没有合适的节点$1'],
  [/^add machine$/, '添加机器'],
  [/^everything healed$/, '全部修复'],
]

/** A step's words. */
export function stepWords(language: Language, text: string): string {
  if (language === 'en') return text
  for (const [pattern, words] of ZH) if (pattern.test(text)) return text.replace(pattern, words)
  return text
}
